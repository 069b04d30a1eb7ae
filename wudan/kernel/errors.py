"""A refusal (不予办理) is a value: page, API, export and audit print the same words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

FORBIDDEN, CONFLICT, INVALID = 403, 409, 422


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done: a stable code, the sentence a person reads, its clause, and the way out."""

    code: str
    sentence: str
    clause: str = ""
    remedy: str = ""
    field: str = ""
    status: int = CONFLICT

    def __str__(self) -> str:
        basis = f"（{self.clause}）" if self.clause else ""
        return f"{self.sentence}{basis}{self.remedy}"


class Refused(Exception):  # reads as the domain says it: the action was refused
    """Raised by an action; nothing has been saved. Carries one or more refusals."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals = refusals
        super().__init__("；".join(str(r) for r in refusals))

    @property
    def refusal(self) -> Refusal:
        return self.refusals[0]


def refuse(
    code: str, sentence: str, *, clause: str = "", remedy: str = "", field: str = "", status: int = CONFLICT
) -> NoReturn:
    """Stop the action with one refusal."""
    raise Refused(Refusal(code, sentence, clause, remedy, field, status))


def forbid(sentence: str, *, remedy: str = "请联系本单位管理员或区人力资源社会保障局。") -> NoReturn:
    """Stop somebody who has no business here."""
    refuse("forbidden", sentence, remedy=remedy, status=FORBIDDEN)
