"""`wudan demo`: everything a look at the system needs, started in order, and nothing left behind afterwards."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from wudan.config import env
from wudan.config.postgres.place import PostgresProblem
from wudan.config.running.lifeline import end_with_parent
from wudan.config.running.supervisor import STOPPERS, Child, Supervisor

if TYPE_CHECKING:
    from wudan.config.postgres.server import Server

HELP = "用法：wudan demo    启动演示，在浏览器打开 http://127.0.0.1:8000（端口可用 WUDAN_PORT 改）"
ANSWER_SECONDS = 60.0


class DemoProblem(RuntimeError):
    """The demo cannot start; the text says why and what to do."""


class _Stopped(BaseException):
    """A signal came while things were still being prepared."""


def main(arguments: Sequence[str]) -> int:
    if arguments:
        asked = arguments[0] in {"-h", "--help"}
        print(HELP, file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    os.environ["DJANGO_SETTINGS_MODULE"] = "wudan.config.settings.dev"
    os.environ.setdefault(env.DEBUG, "0")  # the real error pages, and the speed of production
    end_with_parent()
    try:
        with _stoppable():
            port = free_port(os.environ)
            with _database():
                _prepare()
                return _run(port)
    except (DemoProblem, PostgresProblem) as problem:
        print(problem, file=sys.stderr)
        return 1
    except _Stopped:
        print("已停止。", flush=True)
        return 130


def free_port(environ: os._Environ[str] | dict[str, str]) -> int:
    """The port to serve on. Raises DemoProblem where it cannot be had."""
    text = environ.get(env.PORT) or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise DemoProblem(f"WUDAN_PORT 应是 1 到 65535 的数字，现在是“{text}”。")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise DemoProblem(
                f"没有使用端口 {port} 的权限，请换一个大于 1023 的：WUDAN_PORT=8001 make demo"
            ) from error
        except OSError as error:
            raise DemoProblem(
                f"端口 {port} 已被其他程序占用。请关闭那个程序，或换一个端口：WUDAN_PORT={port + 1} make demo"
            ) from error
    return port


@contextmanager
def _stoppable() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _Stopped

    earlier = {number: signal.signal(number, stop) for number in STOPPERS}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


@contextmanager
def _database() -> Iterator[Server | None]:
    """The embedded server for as long as the demo runs, unless DATABASE_URL names another."""
    if os.environ.get(env.DATABASE_URL):
        yield None
        return
    from wudan.config.postgres.server import Server

    server = Server()
    try:
        server.hold()
        yield server
    finally:
        _let_go_of_database()
        server.release()


def _prepare() -> None:
    """Schema, sample and static files; each is quick where there is nothing to do."""
    import django
    from django.core.management import call_command
    from django.db import OperationalError
    from django.urls import get_resolver

    django.setup()
    try:
        _step("数据库结构", lambda: call_command("migrate", verbosity=0, interactive=False))
    except OperationalError as error:
        raise DemoProblem(f"连接不上数据库：{error}") from error
    _step("页面文件", lambda: call_command("collectstatic", verbosity=0, interactive=False))
    from wudan.config.sample.clock import demo_hours
    from wudan.organisations.queries import districts

    if not districts():
        _step("示例数据（首次约半分钟）", lambda: call_command("seed_sample"))
    os.environ.setdefault(env.CLOCK_HOURS, str(demo_hours()))  # WUDAN_TODAY, if given, goes before it
    get_resolver().url_patterns  # noqa: B018 - a page that does not load fails here, once, not in every process
    _let_go_of_database()


def _let_go_of_database() -> None:
    """What preparing opened; else we would count as a user of the server that we are to stop."""
    if "django.db" in sys.modules:
        from django.db import connections

        from wudan.config.postgres.engine.base import let_go

        connections.close_all()
        let_go()


def _step(what: str, do: object) -> None:
    started = time.monotonic()
    print(f"  {what}……", end="", flush=True)
    do()  # type: ignore[operator]
    print(f" {time.monotonic() - started:.1f} 秒", flush=True)


def _run(port: int) -> int:
    environ = {**os.environ, env.PORT: str(port)}
    wudan = [sys.executable, "-m", "wudan.config.cli"]
    children = [Child("网站", [*wudan, "serve"], environ), Child("后台任务", [*wudan, "worker"], environ)]
    if not environ.get(env.DATABASE_URL):
        children.append(Child("数据库看护", [sys.executable, "-m", "wudan.config.running.keeper"], environ))
    supervisor = Supervisor(children, say=lambda text: print(text, file=sys.stderr, flush=True))
    status = supervisor.run(on_started=lambda: _announce(port, supervisor))
    print("已全部停止。", flush=True)
    return status


def _announce(port: int, supervisor: Supervisor) -> None:
    """Say where to look only once it answers there."""
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline and not supervisor.is_stopping:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=5).close()  # noqa: S310 - our own address
        except urllib.error.HTTPError as error:
            print(
                f"网站没有准备好（{error.code}）：{error.read().decode(errors='replace')[:300]}",
                file=sys.stderr,
                flush=True,
            )
            return
        except OSError:
            time.sleep(0.1)
            continue
        from wudan.config.management.commands import seed_sample

        seed_sample.print_accounts()
        print(f"\n演示已启动，请在浏览器打开 {address}\n按 Ctrl-C 停止。", flush=True)
        return
    if not supervisor.is_stopping:
        print("网站一分钟内没有应答，请看上面的出错信息。", file=sys.stderr, flush=True)
