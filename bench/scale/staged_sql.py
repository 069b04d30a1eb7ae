"""Spark SQL deciding the staged reading (bench/peers/staged.sql) on the master named: `WUDAN_SPARK_MASTER`, else `local[*]`.

The same text and dialect as bench/peers/spark_contract.py, which knows `local[*]` only; a heap of 3 GB.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

PEERS = Path(__file__).resolve().parents[1] / "peers"
sys.path.insert(0, str(PEERS))

from pyspark.sql import SparkSession  # noqa: E402
from spark_contract import DIALECT  # noqa: E402
from terms import Phases, start  # noqa: E402


def decide(claims: str, out: str, phase: Phases) -> None:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {
        "spark.driver.memory": "3g",
        "spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1)),
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "Asia/Shanghai",
        "spark.log.level": "ERROR",
    }
    master = os.environ.get("WUDAN_SPARK_MASTER", "local[*]")
    with tempfile.TemporaryDirectory(prefix="wudan-bench-spark-") as scratch:
        with phase("session"):
            builder = SparkSession.builder.master(master).config("spark.local.dir", scratch)
            spark = builder.config(map=settings).getOrCreate()
        with phase("all"):
            spark.read.parquet(claims).createOrReplaceTempView("claims")
            sql = (PEERS / "staged.sql").read_text().format(claims="claims", **DIALECT)
            spark.sql(sql).write.mode("overwrite").parquet(out)
        spark.stop()


if __name__ == "__main__":
    start(decide)
