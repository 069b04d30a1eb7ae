"""`wudan db start | stop | status | url | psql`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from wudan.config.postgres.binaries import candidates
from wudan.config.postgres.place import PostgresProblem
from wudan.config.postgres.server import Server

HELP = """\
用法：wudan db start    启动内置数据库（已启动则不变）
      wudan db stop     停止内置数据库
      wudan db status   是否在运行，数据放在哪里
      wudan db url      打印它的地址，可用作 DATABASE_URL
      wudan db psql     打开 psql（后面的参数原样传给 psql）"""


def main(argv: Sequence[str]) -> int:
    verb, rest = (argv[0], list(argv[1:])) if argv else ("", [])
    server = Server()
    try:
        match verb:
            case "start":
                server.ensure()
                print(server.url())
            case "stop":
                server.stop()
            case "status":
                running = server.is_answering()
                print(f"{'在运行' if running else '没有运行'}；数据在 {server.place.cluster}")
                return 0 if running else 1
            case "url":
                print(server.url())
            case "psql":
                server.ensure()
                _psql(server, rest)
            case _:
                print(HELP, file=sys.stdout if verb in {"-h", "--help"} else sys.stderr)
                return 0 if verb in {"-h", "--help"} else 2
    except PostgresProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _psql(server: Server, arguments: list[str]) -> None:
    beside = [str(one.folder / "psql") for one in candidates() if (one.folder / "psql").exists()]
    program = shutil.which("psql") or next(iter(beside), None)
    if program is None:
        raise PostgresProblem(
            "没有找到 psql。请安装 postgresql-client，或用别的工具连接 wudan db url 给出的地址。"
        )
    os.execv(program, [Path(program).name, server.url(), *arguments])  # noqa: S606 - becomes psql, no shell
