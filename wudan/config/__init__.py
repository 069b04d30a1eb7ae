"""Where the rooms are joined into one system: settings, URLs, wiring, the `wudan` command and the embedded database.

Nothing below imports this package. Its verbs: `serve`, `work`, `demo`, `manage`.
"""
