"""提单 (demand): who wants or must have what training.

Verbs: file, match, withdraw, expire, re-list, merge; group into a proposal, adjust, adopt, drop.
"""
