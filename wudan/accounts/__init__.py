"""Log-in accounts (登录账号) and memberships: in which role, for which district or organisation, a person may act.

Verbs: open_account, register_worker, reset_password, close_account, grant, revoke;
actor_for (a log-in and a chosen membership become the `Actor` that actions see).
"""
