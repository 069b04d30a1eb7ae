"""Oversight (监督): findings (疑点) opened by checks, answered by people, never closed silently.

Verbs: open_finding, finding_from_batch, explain, close.
"""
