"""The two processes of production: `wudan serve` and `wudan worker`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence

from wudan.config import env
from wudan.config.running.lifeline import end_with_parent

SERVE_HELP = "用法：wudan serve    启动网站，端口 WUDAN_PORT（默认 8000），进程数 WUDAN_WORKERS，每进程线程数 WUDAN_THREADS"
WORK_HELP = "用法：wudan worker   启动后台任务"


def serve(arguments: Sequence[str]) -> int:
    """granian in this process; it starts WUDAN_WORKERS processes with WUDAN_THREADS threads each."""
    if arguments:
        return _help(SERVE_HELP, arguments)
    if not _settings_hold():
        return 1
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    end_with_parent()
    with tempfile.TemporaryDirectory(prefix="wudan-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # so that /metrics adds up the processes
        Granian(
            "wudan.config.wsgi:application",
            address=os.environ.get(env.ADDRESS, "127.0.0.1"),
            port=int(os.environ.get(env.PORT) or 8000),
            interface=Interfaces.WSGI,
            workers=env.workers(os.environ),
            blocking_threads=env.threads(os.environ),
            backlog=1024,
            log_level=LogLevels.warning,
            log_access=False,  # wudan.request says it, without the query string
            respawn_failed_workers=True,
            workers_kill_timeout=10,
            process_name=None,
        ).serve()
    return 0


def work(arguments: Sequence[str]) -> int:
    if arguments:
        return _help(WORK_HELP, arguments)
    if not _settings_hold():
        return 1
    end_with_parent()
    import django

    django.setup()
    from wudan.jobs import worker

    worker.run()
    return 0


def _settings_hold() -> bool:
    """Unsafe or missing settings are told once, in words, before any process is started."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    try:
        settings.DATABASES  # noqa: B018 - reading one setting loads them all
    except ImproperlyConfigured as problem:
        print(problem, file=sys.stderr)
        return False
    return True


def _help(text: str, arguments: Sequence[str]) -> int:
    asked = arguments[0] in {"-h", "--help"}
    print(text, file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2
