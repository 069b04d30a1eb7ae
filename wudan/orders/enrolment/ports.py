"""What this room asks of a higher one (端口): the claims a person already has. `config.wiring` joins the room of claims to it.

Whether a class will be paid for depends on claims made long before the chain, or past it; the claims' room imports this one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClaimBeside:
    """A claim of the person as the engine reads it; `enrolment_id` where it came out of an enrolment of ours, `had` where the money
    was paid."""

    facts: Mapping[str, object]
    decided: bool
    enrolment_id: int | None = None
    had: bool = False


ClaimsOf = Callable[[str, Collection[int]], Mapping[int, Sequence[ClaimBeside]]]
"""District and persons → each person's claims that count there."""


def nobody_has_claims(_district_id: str, _person_ids: Collection[int]) -> Mapping[int, Sequence[ClaimBeside]]:
    """Stands in until the claims' room is joined."""
    return {}


_joined: list[ClaimsOf] = [nobody_has_claims]


def join_claims(source: ClaimsOf) -> None:
    """The edge says once, at start, where claims are found."""
    _joined[0] = source


def claims_of(district_id: str, person_ids: Collection[int]) -> Mapping[int, Sequence[ClaimBeside]]:
    return _joined[0](district_id, person_ids)
