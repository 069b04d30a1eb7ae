"""`wudan manage load_occupations [file]`: the starter set of occupations, or a file of one's own. Loading again changes nothing."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wudan.kernel.actor import SYSTEM
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.occupations.actions import LinkRow, Loaded, link_occupations, load_occupations
from wudan.occupations.data import LINKS, OCCUPATIONS


class Command(BaseCommand):
    """All rows or none; a fault is told with its row and what to do."""

    help = "装入职业目录（不写文件名时装入随系统提供的起始目录）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=None)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        given: Path | None = options["file"]
        path = given or OCCUPATIONS
        try:
            done = load_occupations(content=path.read_bytes(), file_name=path.name, actor=SYSTEM, at=now())
            linked = 0 if given else link_occupations(links=starter_links(), actor=SYSTEM, at=now())
        except Refused as refused:
            raise CommandError("\n".join(str(refusal) for refusal in refused.refusals)) from None
        except OSError as error:
            raise CommandError(f"文件“{path}”读不了：{error.strerror}") from None
        self.stdout.write(_told(done, linked))


def starter_links() -> list[LinkRow]:
    with LINKS.open(encoding="utf-8", newline="") as file:
        return [
            LinkRow(
                (r["old_edition"], r["old_name"]), (r["new_edition"], r["new_name"]), r["kind"], r["source"]
            )
            for r in csv.DictReader(file)
        ]


def _told(done: Loaded, linked: int) -> str:
    return f"职业：新增{done.new}，更新{done.changed}，不变{done.same}；新旧对应：{linked}"
