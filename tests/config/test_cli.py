"""The command `wudan`: who gets which words."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path

import pytest

from wudan.config import cli

PROJECT = Path(__file__).resolve().parents[2]


def test_without_a_command_it_shows_what_there_is(capsys: pytest.CaptureFixture[str]):
    assert cli.main([]) == 2
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(f"  {name} " in told for name in (*cli.POLICY, *cli.COMMANDS))


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["adjudicat"]) == 2
    assert "没有“adjudicat”这个命令" in capsys.readouterr().err


@pytest.mark.parametrize("name", cli.POLICY)
def test_the_policy_tools_get_their_words_untouched(name: str, monkeypatch: pytest.MonkeyPatch):
    seen: list[list[str]] = []
    engine = types.ModuleType("cli")

    def take(argv: list[str]) -> int:
        seen.append(argv)
        return 3

    engine.main = take  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wudan.policy.engine.cli", engine)
    monkeypatch.setattr("wudan.policy.engine.cli", engine, raising=False)
    assert cli.main([name, "表 格.csv", "--rulebook", "zhoucun"]) == 3
    assert seen == [[name, "表 格.csv", "--rulebook", "zhoucun"]]


@pytest.mark.parametrize(
    ("command", "status"),
    [("db", 2), ("db --help", 0), ("demo --help", 0), ("demo now", 2), ("serve --help", 0)],
)
def test_usage_is_told_without_starting_anything(command: str, status: int):
    told = subprocess.run(
        [sys.executable, "-m", "wudan.config.cli", *command.split()],
        cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert told.returncode == status
    assert "用法" in told.stdout + told.stderr
