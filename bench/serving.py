"""The product, served for a benchmark."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(port: int, log_name: str) -> Iterator[None]:
    """`wudan serve`, which is what `wudan demo` starts."""
    with Path(f"/tmp/{log_name}.log").open("w") as log:
        server = subprocess.Popen([sys.executable, "-m", "wudan.config.cli", "serve"], stdout=log, stderr=log)
        try:
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield
        finally:
            server.terminate()
            server.wait(20)
