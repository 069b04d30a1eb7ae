"""What goes from one task to another: arrays of many rows at a time, as bytes Spark moves without looking into them."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wudan.policy.engine.table.cells import Ints
from wudan.policy.engine.table.form import Faults
from wudan.policy.engine.table.layout import Entries

Parcel = tuple[int, bytes]
"""A place to go to, and what goes there."""


@dataclass(frozen=True)
class Numbers:
    """Numbers of claims (or of the history, when `paid`) and the rows they stand in, in order."""

    paid: bool
    rows: Ints
    ids: pa.Array


@dataclass(frozen=True)
class Share:
    """Well-formed rows of some persons: what the rules across claims need to know of them."""

    paid: bool
    rows: Ints
    persons: Ints
    more: Ints
    entries: Entries
    ids: pa.Array


@dataclass(frozen=True)
class Faulty:
    """Rows with a fault of form; `ids` only of the first few of the history."""

    paid: bool
    rows: Ints
    faults: Faults
    ids: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Found:
    """Decisions of some rows: places in `run.OUTCOMES`, amounts, reasons or bad columns as bits."""

    rows: Ints
    outcomes: npt.NDArray[np.int8]
    amounts: Ints
    masks: Ints


@dataclass(frozen=True)
class Decided:
    """Decisions of a span of rows in order. A code is a place in `masks`: whether the row is invalid, and its bits."""

    outcomes: npt.NDArray[np.int8]
    amounts: Ints
    codes: npt.NDArray[np.int32]
    masks: tuple[tuple[bool, int], ...]


def pack(content: object) -> bytes:
    """As bytes."""
    return pickle.dumps(content, 5)


def unpack(data: bytes) -> Any:
    """What `pack` was given, by a task of the same run."""
    return pickle.loads(data)  # noqa: S301 - Spark itself sends its functions this way; nothing from outside comes here
