"""Every environment variable the system reads, read here but for the engine's own. docs/operating.md explains each; a test compares."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dj_database_url

from wudan.config.postgres.server import Server

DATABASE_URL = "DATABASE_URL"
SECRET_KEY = "WUDAN_SECRET_KEY"  # noqa: S105 - the variable's name
DATA_KEYS = "WUDAN_DATA_KEYS"
ALLOWED_HOSTS = "WUDAN_ALLOWED_HOSTS"
PORT = "WUDAN_PORT"
ADDRESS = "WUDAN_ADDRESS"
DEBUG = "WUDAN_DEBUG"
STATE_DIR = "WUDAN_STATE_DIR"
WORKERS = "WUDAN_WORKERS"
THREADS = "WUDAN_THREADS"
TODAY = "WUDAN_TODAY"
CLOCK_HOURS = "WUDAN_CLOCK_HOURS"
# Read by the engine, which knows nothing of this package (`policy.engine.spark.exchange`).
SPARK_MASTER = "WUDAN_SPARK_MASTER"
SPARK_LOG = "WUDAN_SPARK_LOG"

SHANGHAI = ZoneInfo("Asia/Shanghai")

# Published with the code, so worth nothing as secrets: production refuses them.
DEVELOPMENT_SECRET = "wudan-development-only-" + "0" * 40
_DEVELOPMENT_KEY = hashlib.sha256(b"wudan, development only")


@dataclass(frozen=True, slots=True)
class DataKeys:
    """SM4 key that seals personal data, and the key of the blind index it is found by."""

    data: bytes
    index: bytes

    @classmethod
    def parse(cls, text: str) -> DataKeys:
        """`<32 hex digits>:<64 hex digits>`. Raises ValueError with the sentence to print."""
        data, _, index = text.strip().partition(":")
        try:
            keys = cls(binascii.unhexlify(data), binascii.unhexlify(index))
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"{DATA_KEYS} 应是“32 位十六进制:64 位十六进制”，现在含有其他字符。") from error
        if len(keys.data) != 16 or len(keys.index) != 32:
            raise ValueError(f"{DATA_KEYS} 应是“32 位十六进制:64 位十六进制”，现在的长度不对。")
        return keys


DEVELOPMENT_KEYS = DataKeys(
    _DEVELOPMENT_KEY.digest()[:16], hashlib.sha256(_DEVELOPMENT_KEY.digest()).digest()
)


def hosts(environ: Mapping[str, str]) -> list[str]:
    return [host.strip() for host in environ.get(ALLOWED_HOSTS, "").split(",") if host.strip()]


def workers(environ: Mapping[str, str]) -> int:
    return int(environ.get(WORKERS) or 2)


def threads(environ: Mapping[str, str]) -> int:
    return int(environ.get(THREADS) or 4)


def clock_shift(environ: Mapping[str, str]) -> timedelta:
    """How far the demonstration's clock is moved: by WUDAN_CLOCK_HOURS, or by whole days so that it shows WUDAN_TODAY."""
    if today := environ.get(TODAY):
        return date.fromisoformat(today) - datetime.now(SHANGHAI).date()
    return timedelta(hours=int(environ.get(CLOCK_HOURS) or 0))


def database(environ: Mapping[str, str], *, pool: bool) -> dict[str, Any]:
    """Django's settings of the one database: DATABASE_URL, else the embedded server."""
    if url := environ.get(DATABASE_URL):
        found: dict[str, Any] = dict(dj_database_url.parse(url))
    else:
        where = Server().parameters()
        found = {
            "ENGINE": "wudan.config.postgres.engine",
            "NAME": where["dbname"],
            "USER": where["user"],
            "HOST": where["host"],
            "PORT": where["port"],
        }
    options = found.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 10)
    if pool:
        # One connection a thread, and one to spare for a request that opens a second (streamed exports).
        options["pool"] = {"min_size": 1, "max_size": threads(environ) + 1, "timeout": 10, "max_idle": 300}
    # The pool keeps the connections; Django itself must then keep none.
    return found | {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": pool, "DISABLE_SERVER_SIDE_CURSORS": False}
