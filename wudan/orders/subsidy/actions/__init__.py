"""The verbs of a claim, one module per group: applying, correcting, reviewing, batches, evidencing, noticing, objecting, approving,
rectifying.

`deciding`, `guards` and `clocks` are what they share.
"""
