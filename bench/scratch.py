"""An empty scratch database on a server: `python -m bench.scratch SERVER_URL wudan_bench_x` prints its DATABASE_URL."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def main() -> None:
    server, name = sys.argv[1:]
    if "bench" not in name:
        sys.exit("A scratch database's name must contain “bench”: one of that name is dropped first.")
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        db.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    print(urlunsplit(urlsplit(server)._replace(path=f"/{name}")))


if __name__ == "__main__":
    main()
