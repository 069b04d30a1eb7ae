"""办学条件: what a provider can teach, who teaches, where, recognised bases and credit. Pages of providers and enterprises,
and the one way a case of them is shown, also on the bureau's desk.
"""
