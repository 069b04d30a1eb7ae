"""Tasks run by Spark. Only here is pyspark imported, and only when a cluster is asked for."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pyarrow as pa

from wudan.policy.engine.problems import InputError, first_line
from wudan.policy.engine.spark.carried import Parcel
from wudan.policy.engine.spark.run import Start, Step

MASTER, LOG = "WUDAN_SPARK_MASTER", "WUDAN_SPARK_LOG"
_CORES = 8
"""What a cluster has at least: its executors may not have registered yet when it is asked."""
_WORD = 0xFFFFFFFF
_SCHEMA = "label int, place int, data binary"
_ARROW = pa.schema([("label", pa.int32()), ("place", pa.int32()), ("data", pa.binary())])
_SETTINGS = {
    "spark.app.name": "wudan adjudicate",
    "spark.sql.adaptive.enabled": "false",  # parcels are few and large; their number and places are ours
    "spark.sql.execution.arrow.maxRecordsPerBatch": "16",
    "spark.sql.codegen.wholeStage": "false",  # rows are parcels: few, and nothing is worked out in the JVM
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.ui.showConsoleProgress": "false",
}
_ON_THIS_MACHINE = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # it only carries: start soon
}
Batches = Iterator[pa.RecordBatch]


def require_spark() -> None:
    """`InputError` with the remedy where pyspark or Java is missing."""
    if importlib.util.find_spec("pyspark") is None:
        raise InputError(
            "--engine spark 需要 pyspark：请运行 pip install 'wudan[spark]'，或改用 --engine local"
        )
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin/java").exists()) and shutil.which("java") is None:
        raise InputError(
            "--engine spark 需要 Java 17 或更新的版本：请安装（Debian：apt-get install openjdk-17-jre-headless）"
            "或用环境变量 JAVA_HOME 指明位置，或改用 --engine local"
        )


class Cluster:
    """A Spark session: `WUDAN_SPARK_MASTER`, or so many cores of this machine."""

    def __init__(self, workers: int) -> None:
        require_spark()
        self.master = os.environ.get(MASTER) or f"local[{workers}]"

    def __enter__(self) -> Self:
        from pyspark.sql import SparkSession

        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder: Any = SparkSession.builder.master(self.master)
        here = _ON_THIS_MACHINE if self.master.startswith("local") else {}
        self._said = _log()
        try:
            with _elsewhere(self._said):
                self._session = builder.config(map=_SETTINGS | here).getOrCreate()
        except Exception as error:
            raise InputError(f"Spark 没有启动（{self.master}）：{_reason(error)}；{self._where()}") from None
        cores = self._session.sparkContext.defaultParallelism
        self.parallelism = max(cores, 1 if here else _CORES)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._session.stop()
        self._said.close()

    def run(self, start: Start, tasks: int, steps: list[tuple[int, Step]]) -> Iterator[Parcel]:
        """`run.Exchange.run` by `mapInArrow`, with a shuffle before each step."""
        try:
            frame = self._session.range(0, tasks, 1, tasks).selectExpr("CAST(id AS INT) AS place")
            call: Callable[[Batches], Batches] = _starting(start, labels(steps[0][0]))
            for number, (places, step) in enumerate(steps):
                frame = frame.mapInArrow(call, _SCHEMA).repartition(places, "label")
                after = labels(steps[number + 1][0]) if number + 1 < len(steps) else None
                call = _stepping(step, after)
            rows = (
                frame.mapInArrow(call, _SCHEMA)
                .select("place", "data")
                .toLocalIterator(prefetchPartitions=True)
            )
            for place, data in rows:
                yield place, bytes(data)
        except Exception as error:
            if isinstance(error, InputError) or not type(error).__module__.startswith(("pyspark", "py4j")):
                raise
            raise InputError(
                _refusal(error) or f"Spark 任务失败：{_reason(error)}；{self._where()}"
            ) from None

    def _where(self) -> str:
        return (
            f"详见 {self._said.name}"
            if os.environ.get(LOG)
            else f"可设环境变量 {LOG} 为一个文件名，再看其中的记录"
        )


def labels(places: int) -> list[int]:
    """For each place the least number that Spark sends there (`hash` of an int, by the remainder): a partition of its own."""
    found: dict[int, int] = {}
    for number in count():
        found.setdefault(murmur3(number) % places, number)
        if len(found) == places:
            return [found[place] for place in range(places)]
    raise AssertionError


def murmur3(number: int) -> int:
    """Spark's `hash` of an int that is not negative (Murmur3, 32 bits, seed 42)."""
    word = number * 0xCC9E2D51 & _WORD
    word = (word << 15 | word >> 17) * 0x1B873593 & _WORD
    state = 42 ^ word
    state = ((state << 13 | state >> 19) * 5 + 0xE6546B64 & _WORD) ^ 4
    state = (state ^ state >> 16) * 0x85EBCA6B & _WORD
    state = (state ^ state >> 13) * 0xC2B2AE35 & _WORD
    state ^= state >> 16
    return state - (state >> 31 << 32)


def _starting(start: Start, labels: list[int]) -> Callable[[Batches], Batches]:
    def call(batches: Batches) -> Batches:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from _sent(start(number), labels)

    return call


def _stepping(step: Step, labels: list[int] | None) -> Callable[[Batches], Batches]:
    def call(batches: Batches) -> Batches:
        data = (parcel.as_py() for batch in batches for parcel in batch.column(2))
        yield from _sent(step(data), labels)

    return call


def _sent(parcels: Iterable[Parcel], labels: list[int] | None) -> Batches:
    for place, data in parcels:
        label = place if labels is None else labels[place]
        yield pa.record_batch([[label], [place], pa.array([data], pa.binary())], schema=_ARROW)


def _log() -> IO[bytes]:
    """Where Spark's own words go: a file that is asked for, else one nobody sees."""
    path = os.environ.get(LOG)
    try:
        return Path(path).open("ab") if path else tempfile.TemporaryFile()
    except OSError as error:
        raise InputError(f"无法写入 {path}：{first_line(error)}") from None


@contextmanager
def _elsewhere(file: IO[bytes]) -> Iterator[None]:
    """Standard error of processes started meanwhile goes to the file: the JVM speaks, and our one line must stand alone."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _refusal(error: Exception) -> str | None:
    """Our own one line, said by a task."""
    found = re.search(r"^(?:\S+\.)?InputError: (.+)$", str(error), re.MULTILINE)
    return found.group(1).strip() if found else None


def _reason(error: Exception) -> str:
    lines = [
        line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith((" ", "\t"))
    ]
    return (lines[-1] if lines else first_line(error))[:300]
