"""PySpark: the same staged SQL as DuckDB's, on `local[*]`. Starting the session is in the whole process's time and a phase of its own.
Needs Java.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession
from terms import Phases, rulebook, start

DIALECT = {"div": "div", "contains": "array_contains", "split": "split", "rulebook": rulebook("spark")}


def session(scratch: str) -> SparkSession:
    """One machine, a heap that ten million claims fit in, and four partitions a core to exchange."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {
        "spark.driver.memory": "8g",
        "spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1)),
        "spark.ui.enabled": "false",
        "spark.local.dir": scratch,
        "spark.sql.session.timeZone": "Asia/Shanghai",
        "spark.log.level": "ERROR",
    }
    return SparkSession.builder.master("local[*]").config(map=settings).getOrCreate()


def decide(claims: str, out: str, phase: Phases) -> None:
    """`out` becomes a folder of Parquet files, Spark's way."""
    sql = (Path(__file__).parent / "staged.sql").read_text()
    with tempfile.TemporaryDirectory(prefix="wudan-bench-spark-") as scratch:
        with phase("session"):
            spark = session(scratch)
        with phase("all"):
            spark.read.parquet(claims).createOrReplaceTempView("claims")
            spark.sql(sql.format(claims="claims", **DIALECT)).write.mode("overwrite").parquet(out)
        spark.stop()


if __name__ == "__main__":
    start(decide)
