"""Named by settings as ENGINE when DATABASE_URL is not set: reading settings (mypy, --help) then starts nothing."""

from __future__ import annotations

import os
from typing import Any

from django.db.backends.postgresql import base

from wudan.config.postgres.server import Server

_held: dict[int, Server] = {}


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if os.getpid() not in _held:  # once per process; held so that another's end does not stop it under us
            server = _held[os.getpid()] = Server()
            server.hold()
        return super().get_new_connection(conn_params)


def let_go() -> None:
    """End this process's hold early, without stopping the server."""
    if server := _held.pop(os.getpid(), None):
        server.forget()
