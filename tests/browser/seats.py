"""A browser with somebody before it, on the walk's day: what the journeys in a browser have in common."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from tests.browser.test_money_walk import sit
from tests.cast import SHANGHAI
from tests.harness.pages import PHONE, WIDE, follow, too_wide, violations
from tests.journeys.walking import Walk

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

NOON = time(12)
SHOTS = os.environ.get("WUDAN_SHOTS", "")
"""A folder for pictures of the pages looked at; none are taken without it."""


@dataclass
class Seat:
    """A browser, and who sits before it; `wrong` gathers what axe, the width and the policy complain of."""

    page: Page
    server: str
    settings: Any
    walk: Walk
    wrong: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def take(self, who: str, *, phone: bool = False) -> Seat:
        self.clock()
        sit(self.page.context, self.server, self.walk.tez, who)  # type: ignore[arg-type]
        self.page.set_viewport_size(PHONE if phone else WIDE)
        return self

    def clock(self, at: datetime | None = None) -> None:
        """The pages' now: the walk's day at noon, unless told."""
        at = at or datetime.combine(self.walk.day, NOON, SHANGHAI)
        self.settings.WUDAN_CLOCK_SHIFT = at - timezone.now()

    def go(self, name: str, *args: object, at: datetime | None = None, query: str = "") -> None:
        self.clock(at)
        answer = self.page.goto(self.server + reverse(name, args=args) + query)
        assert answer is not None and answer.ok, (name, answer and answer.status)

    def sees(self, words: str, *, exact: bool = False) -> None:
        self.page.get_by_text(words, exact=exact).first.wait_for()

    def button(self, words: str) -> None:
        follow(self.page, self.page.get_by_role("button", name=words, exact=True).first)

    def link(self, words: str, *, exact: bool = False) -> None:
        follow(self.page, self.page.get_by_role("link", name=words, exact=exact).first)

    def asked(self, words: str, reason: str = "") -> None:
        """A button that asks first: opened, the reason given, pressed."""
        self.page.locator("summary", has_text=words).first.click()
        dialog: Locator = self.page.get_by_role("dialog")
        if reason:
            dialog.get_by_role("textbox").fill(reason)
        follow(self.page, dialog.get_by_role("button", name=words))

    def folded(self, words: str, **fields: str) -> None:
        """A form behind its button: opened, filled by label, sent."""
        fold = self.page.locator("details.w-fold", has_text=words).filter(has=self.page.locator("form"))
        fold.locator("summary").click()
        for label, value in fields.items():
            fold.get_by_label(label).fill(value)
        follow(self.page, fold.get_by_role("button", name=words))

    def look(self, name: str) -> None:
        """This page is accessible and fits; once a name."""
        if name in self.seen:
            return
        self.seen.add(name)
        if SHOTS:
            self.page.screenshot(path=str(Path(SHOTS) / f"five-{name}.png"), full_page=True)
        self.wrong += [f"{name}: {fault}" for fault in violations(self.page) + too_wide(self.page)]
