"""接单 (delivery): the provider accepts, the class is opened, taught, signed in, inspected, assessed, certified.

Verbs: accept, bid, apply for opening, approve, amend, start, sign in, inspect, assess, certify, cancel.
"""
