"""The books (账册): pools, batches and claims as finance works on them and the supervisor reads them.

Each function takes the `area` ("finance" or "supervisor") whose URL names its links lead to. Who may look is decided by
the audience's own view and by the queries, which are scoped by the actor.
"""
