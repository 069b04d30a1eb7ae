"""列单 (catalogue): the four catalogues and what is offered, at what standard, with money set aside.

Verbs: draft, publish; register a provider; collect, score and select resources; file a special ability upward; contract a project;
draft an offer, set money aside, open, close, cancel.
"""
