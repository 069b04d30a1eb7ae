"""The trail (来龙去脉): from any payment back to the orders that asked for the training, and forward again from any of them.

Fourteen kinds of things in the order of the chain. Around any one of them the trail finds what it came from and what came of
it, with one query a kind: persons are followed by their own enrolment, never by the whole class, unless the class is asked about.
"""
