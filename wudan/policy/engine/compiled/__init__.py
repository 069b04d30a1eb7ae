"""One decision, fast, with its full working: per scheme a Python function written from the rulebook's typed nodes.

`expressions` writes a node as Python, `schemes` a scheme's own rules and its part in the rules across claims,
`person` folds one person's claims in the contract's order, `working` is what that leaves behind: data, no words.
`table` decides whole columns from the same nodes; tests hold the two equal.
"""
