"""Policy (政策): the engine that decides (pure Python), the rulebook releases in force, and every decision's stored working.
`drafts/` holds the release being written.

Verbs: record_release, evaluate, evaluate_many.
"""
