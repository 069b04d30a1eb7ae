"""`wudan manage draw_chain`: docs/chain.md from the state tables, so that the diagram is never older than the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wudan.kernel.states import StateTable
from wudan.laboratory.states import RUN
from wudan.orders.catalogue.states import ABILITY, EDITION, OFFER, PROJECT, REGISTRATION, RESOURCE, SUPPORT
from wudan.orders.delivery.states import (
    AMENDMENT,
    ANSWER,
    ASSESSMENT,
    ATTENDANCE,
    CERTIFICATE,
    CLASS,
    INSPECTION,
    MEMBER,
)
from wudan.orders.demand.states import DEMAND, PROPOSAL, ROLL
from wudan.orders.enrolment.states import ENROLMENT, SLOT
from wudan.orders.payment.states import BATCH, DIFFERENCE, INQUIRY, LINE, RECOVERY, SUPPLEMENT
from wudan.orders.subsidy.states import CLAIM, DUE, NOTICE, OBJECTION, ROSTER, STEPS
from wudan.organisations.states import BASE, TEACHER
from wudan.oversight.states import FINDING
from wudan.policy.states import DRAFT

TARGET = Path(__file__).resolve().parents[4] / "docs" / "chain.md"
CHAPTERS: tuple[tuple[str, StateTable], ...] = (
    ("Order", DEMAND),
    ("Proposed class", PROPOSAL),
    ("Roll of those who must be trained", ROLL),
    ("Catalogue edition", EDITION),
    ("Registration of a provider", REGISTRATION),
    ("Teacher", TEACHER),
    ("Training base", BASE),
    ("Resource", RESOURCE),
    ("Support application", SUPPORT),
    ("Special ability", ABILITY),
    ("Project", PROJECT),
    ("Offer", OFFER),
    ("Enrolment", ENROLMENT),
    ("Yearly slot", SLOT),
    ("Provider's answer", ANSWER),
    ("Class", CLASS),
    ("Member of a class", MEMBER),
    ("Attendance", ATTENDANCE),
    ("Amendment", AMENDMENT),
    ("Inspection", INSPECTION),
    ("Assessment", ASSESSMENT),
    ("Certificate", CERTIFICATE),
    ("Subsidy due", DUE),
    ("Claim", CLAIM),
    ("Roster file", ROSTER),
    ("Public notice", NOTICE),
    ("Objection", OBJECTION),
    ("Payment batch", BATCH),
    ("Payment line", LINE),
    ("Recovery", RECOVERY),
    ("Inquiry", INQUIRY),
    ("Difference", DIFFERENCE),
    ("Supplement", SUPPLEMENT),
    ("Finding", FINDING),
    ("Draft of a policy", DRAFT),
    ("Trial of a draft", RUN),
)
_HEAD = """# The chain

Drawn from the state tables (`states.py` of each room) by `wudan manage draw_chain`; do not edit. The same tables are asked by the
actions and held by database triggers: no other move is possible, by page, API or raw SQL.

The bar on every page about a claim: {steps}.
"""


class Command(BaseCommand):
    help = "写出 docs/chain.md（状态图）；加 --check 只核对是否最新"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="不写文件，只核对")

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        drawn = draw()
        if not check:
            TARGET.write_text(drawn, encoding="utf-8")
        elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != drawn:
            raise CommandError("docs/chain.md 不是最新的，请运行 wudan manage draw_chain。")


def draw() -> str:
    """The whole page."""
    steps = " → ".join(step for step, _ in STEPS)
    return _HEAD.format(steps=steps) + "".join(_chapter(title, table) for title, table in CHAPTERS)


def _chapter(title: str, table: StateTable) -> str:
    rows = [
        f"| {m.label} | `{m.verb}` | {'、'.join(table.states[s] for s in m.sources)} | {table.states[m.target]} "
        f"| {'、'.join(role.label for role in m.who)} |"
        for m in table.moves
    ]
    return "\n".join(
        [
            f"\n## {title} ({table.label})\n",
            "```mermaid",
            table.mermaid(),
            "```\n",
            "| 办理 | verb | 由 | 到 | 岗位 |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
