"""The verbs of payment, one module per group: pools, gathering, sending, returning, inquiring, halting, repaying, recovering; and of late
facts: rediscovering, redeciding, drawing the lines, differing over them, balancing, supplementing."""
