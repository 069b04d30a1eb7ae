"""The machine's own Chromium or Chrome, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ON_A_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # containers give /dev/shm 64 MB
    "--js-flags=--single-threaded-gc --no-concurrent-recompilation",  # a page lives a second: optimising it beside is wasted
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)
PATIENCE_MS = 120_000  # only what fails takes this long; a busy machine may take ten seconds over a page


def program() -> str | None:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or next(
        (path for path in ON_A_MAC if sys.platform == "darwin" and Path(path).exists()), None
    )


@contextmanager
def opened(path: str, profile: Path) -> Iterator[BrowserContext]:
    from playwright.sync_api import expect, sync_playwright

    # Playwright runs an event loop in this thread, and Django then takes the ORM calls of a test for async ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=path,
            headless=True,
            args=flags,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",  # a colour half-way through a transition is nobody's fault
            timeout=PATIENCE_MS,
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        try:
            yield context
        finally:
            context.close()


if __name__ == "__main__":  # asked by tools/setup.sh
    raise SystemExit(0 if program() else 1)
