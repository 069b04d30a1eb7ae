"""Looking at a page in a browser, and only once it has loaded.

A text is found as soon as its element stands in the document. The stylesheets in the head may still be on their way then, and
what is computed (sizes, widths, contrast) is the browser's own style. A click returns before the next page has come.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, ViewportSize

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}


def follow(page: Page, locator: Locator) -> None:
    """Press what leads to another page (or to this one anew), and wait until that has loaded."""
    with page.expect_navigation(wait_until="load"):
        locator.click()


def violations(page: Page) -> list[str]:
    """axe's complaints of the page as loaded."""
    page.wait_for_load_state("load")
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found["violations"] for n in v["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """Whether the page as loaded is wider than the screen."""
    page.wait_for_load_state("load")
    wide = int(page.evaluate("document.documentElement.scrollWidth"))
    screen = page.viewport_size or PHONE
    return [f"{wide} wide at {screen['width']}"] if wide > screen["width"] else []


def faults(page: Page) -> list[str]:
    """Both, with the page's address."""
    return [f"{page.url} {fault}" for fault in violations(page) + too_wide(page)]


def faults_at(page: Page, *sizes: ViewportSize) -> list[str]:
    """Both at each size. One load is enough: what a page is at a width is the style sheet's doing alone."""
    found = []
    for size in sizes:
        page.set_viewport_size(size)
        found += [f"at {size['width']}: {fault}" for fault in faults(page)]
    return found
