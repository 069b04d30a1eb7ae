"""Production refuses to start while anything is unsafe, and says all of it at once."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from wudan.config import env
from wudan.config.sample.clock import hours_from
from wudan.config.settings.safety import faults

PROJECT = Path(__file__).resolve().parents[2]
SAFE = {
    env.DATABASE_URL: "postgresql://wudan_app:geheim@127.0.0.1/wudan",
    env.SECRET_KEY: secrets.token_urlsafe(64),
    env.DATA_KEYS: f"{secrets.token_hex(16)}:{secrets.token_hex(32)}",
    env.ALLOWED_HOSTS: "px.example.gov.cn",
}
DEVELOPMENT = f"{env.DEVELOPMENT_KEYS.data.hex()}:{env.DEVELOPMENT_KEYS.index.hex()}"


def production(command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("WUDAN_", "DATABASE_", "DJANGO_"))
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "wudan.config.cli", *command.split()],
        env={**kept, "DJANGO_SETTINGS_MODULE": "wudan.config.settings.prod", **changes},
        cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_a_safe_environment_has_no_faults():
    assert faults(SAFE) == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (env.DATABASE_URL, "", "没有设置 DATABASE_URL"),
        (env.DATABASE_URL, "sqlite:///x.db", "不是 PostgreSQL"),
        (env.SECRET_KEY, "", "没有设置 WUDAN_SECRET_KEY"),
        (env.SECRET_KEY, "short", "太短"),
        (env.SECRET_KEY, env.DEVELOPMENT_SECRET, "开发用"),
        (env.SECRET_KEY, "a" * 80, "太短"),
        (env.DATA_KEYS, "", "没有设置 WUDAN_DATA_KEYS"),
        (env.DATA_KEYS, "zz:zz", "其他字符"),
        (env.DATA_KEYS, "00:00", "长度不对"),
        (env.DATA_KEYS, "00" * 16 + ":" + "00" * 32, "太简单"),
        (env.DATA_KEYS, DEVELOPMENT, "开发密钥"),
        (env.ALLOWED_HOSTS, " , ", "没有设置 WUDAN_ALLOWED_HOSTS"),
        (env.ALLOWED_HOSTS, "a.cn,*", "不能是 *"),
        (env.DEBUG, "1", "WUDAN_DEBUG"),
    ],
)
def test_each_fault_has_its_sentence(name: str, value: str, sentence: str):
    [fault] = faults({**SAFE, name: value})
    assert sentence in fault


def test_all_faults_come_at_once():
    assert len(faults({env.DEBUG: "1"})) == 5


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_an_unsafe_start_prints_sentences_and_no_traceback(command: str):
    told = production(command)
    assert told.returncode == 1
    assert "生产环境不能启动" in told.stderr
    assert "没有设置 DATABASE_URL" in told.stderr
    assert "Traceback" not in told.stderr


def test_no_secret_of_the_environment_is_printed():
    told = production("serve", **{**SAFE, env.ALLOWED_HOSTS: ""})
    assert "geheim" not in told.stderr + told.stdout
    assert SAFE[env.SECRET_KEY] not in told.stderr + told.stdout


def test_djangos_own_deployment_check_is_content():
    told = production("manage check --deploy --fail-level WARNING", **SAFE)
    assert told.returncode == 0, told.stderr


def test_the_keys_command_makes_keys_that_pass():
    told = production("keys")
    made = dict(line.split("=", 1) for line in told.stdout.splitlines())
    assert faults({**SAFE, **made}) == []


def test_the_demonstrations_clock_moves_by_whole_days():
    assert env.clock_shift({}).total_seconds() == 0
    shift = env.clock_shift({env.TODAY: "2021-03-01"})
    assert shift.days < 0
    assert shift.total_seconds() % 86400 == 0


@pytest.mark.parametrize("hour", [0, 7, 9, 13, 22, 23])
def test_the_demonstration_begins_during_a_lesson_at_any_hour(hour: int):
    told = datetime(2026, 11, 29, hour, 45, 30, tzinfo=env.SHANGHAI)
    shift = env.clock_shift({env.CLOCK_HOURS: str(hours_from(told))})
    assert told + shift == datetime(2021, 7, 1, 9, 45, 30, tzinfo=env.SHANGHAI)
    assert env.clock_shift({env.CLOCK_HOURS: "5", env.TODAY: "2021-03-01"}).days < 0
