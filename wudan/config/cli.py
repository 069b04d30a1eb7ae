"""The command `wudan`. The rulebook's tools need neither Django nor a database, so nothing is imported before its use."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

HELP = """\
用法：wudan 命令 [参数]

  政策测算（不需要数据库）
    adjudicate    按规则库逐条核定申请表
    explain       说明一条申请的核定过程
    simulate      比较两个规则库的核定结果
    rulebook      检查规则库

  运行
    demo          启动演示：内置数据库、示例数据、网站和后台任务（同 make demo）
    serve         启动网站（生产环境）
    worker        启动后台任务（生产环境）
    migrate       建立或升级数据库结构
    seed          装入示例数据
    keys          生成生产环境的密钥
    db            内置数据库：start 启动、stop 停止、url 地址、psql 命令行
    manage        其他管理命令，例如 wudan manage check

每个命令加 --help 可看详细说明。"""

POLICY = ("adjudicate", "explain", "simulate", "rulebook")


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(HELP)
        return 0 if arguments else 2
    name, rest = arguments[0], arguments[1:]
    if name in POLICY:
        return _policy(arguments)
    command = COMMANDS.get(name)
    if command is None:
        print(f"没有“{name}”这个命令。\n\n{HELP}", file=sys.stderr)
        return 2
    return command(rest)


def _policy(arguments: list[str]) -> int:
    from wudan.policy.engine import cli

    return int(cli.main(arguments) or 0)


def _demo(arguments: list[str]) -> int:
    from wudan.config.running import demo

    return demo.main(arguments)


def _serve(arguments: list[str]) -> int:
    _settings("prod")
    from wudan.config.running import serving

    return serving.serve(arguments)


def _worker(arguments: list[str]) -> int:
    _settings("prod")
    from wudan.config.running import serving

    return serving.work(arguments)


def _db(arguments: list[str]) -> int:
    from wudan.config.postgres import cli

    return cli.main(arguments)


def _keys(_arguments: list[str]) -> int:
    import secrets

    print(f"WUDAN_SECRET_KEY={secrets.token_urlsafe(64)}")
    print(f"WUDAN_DATA_KEYS={secrets.token_hex(16)}:{secrets.token_hex(32)}")
    return 0


def _manage(arguments: list[str]) -> int:
    """Django's own commands, with our one-sentence faults instead of tracebacks."""
    _settings("dev")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from wudan.config.postgres.place import PostgresProblem

    try:
        execute_from_command_line(["wudan manage", *arguments])
    except (ImproperlyConfigured, PostgresProblem) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _settings(default: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"wudan.config.settings.{default}")


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": _demo,
    "serve": _serve,
    "worker": _worker,
    "migrate": lambda rest: _manage(["migrate", *rest]),
    "seed": lambda rest: _manage(["seed_sample", *rest]),
    "keys": _keys,
    "db": _db,
    "manage": _manage,
}


if __name__ == "__main__":
    raise SystemExit(main())
