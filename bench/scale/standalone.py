"""A standalone cluster on loopback: a master and two workers, processes of their own, one core each. For trying out only: anyone on this
machine could send it work."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

WORKERS = 2
PATIENCE = 180.0


@contextmanager
def cluster(pyspark: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Its address, once both workers have registered; gone afterwards."""
    launch = pyspark / "pyspark/bin/spark-class"
    deploy = "org.apache.spark.deploy"
    with tempfile.TemporaryDirectory(prefix="wudan-spark-cluster-") as name:
        folder, port = Path(name), _free_port()
        address = f"spark://127.0.0.1:{port}"
        own = {
            **os.environ, **environment, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_HOME": str(launch.parents[1]), "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        }  # fmt: skip
        running: list[subprocess.Popen[bytes]] = []

        def start(kind: str, *arguments: str) -> Path:
            log = folder / f"{len(running)}.log"
            with log.open("wb") as out:
                command = [
                    str(launch),
                    f"{deploy}.{kind}",
                    "--host",
                    "127.0.0.1",
                    "--webui-port",
                    "0",
                    *arguments,
                ]
                running.append(subprocess.Popen(command, env=own, stdout=out, stderr=out))
            return log

        try:
            master = start("master.Master", "--port", str(port))
            _wait_for(master, "I have been elected leader", 1)
            for number in range(WORKERS):
                place = folder / f"worker{number}"
                start("worker.Worker", "--cores", "1", "--memory", "1200m", "--work-dir", str(place), address)
            _wait_for(master, "Registering worker", WORKERS)
            yield address
        finally:
            for process in reversed(running):
                process.terminate()
            for process in running:
                process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(log: Path, words: str, times: int) -> None:
    end = time.monotonic() + PATIENCE
    while log.read_text(errors="replace").count(words) < times:
        if time.monotonic() > end:
            raise TimeoutError(f"{words} x {times}:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.3)
