"""What every room stands on: money, periods, identifiers, state tables, history, journal, refusals, outbox.

Knows nothing of training or subsidies and imports nothing of ours. Its verbs: `acting` opens the one transaction
in which an action may write; `refuse` answers a person with fact, clause and remedy.
"""
