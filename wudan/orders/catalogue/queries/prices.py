"""What the rulebook pays for a catalogue entry, and from which fund: asked by a model claim, never written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from wudan.kernel.periods import SHANGHAI
from wudan.orders.catalogue.models import Offer
from wudan.policy.engine.explain import explain
from wudan.policy.engine.lines import Line
from wudan.policy.engine.model import FundChoice
from wudan.policy.engine.rulebook import Rulebook

UNPRICED = "未定标准"
_LONG_INSURED = 600  # months, so that no condition of insurance stands in the way of the standard


@dataclass(frozen=True, slots=True)
class Price:
    """The standard (补贴标准) per head in fen; None where the rulebook states none, then with the words that say so."""

    fen: int | None
    clause: str
    release: str


def price_of(rulebook: Rulebook, scheme: str, level: int, certificate_type: str, on: date) -> Price:
    """The standard of `scheme` for a certificate of this level and kind issued on a day.

    A project is priced by its contract, an apprenticeship by its fee: both have no standard per head.
    """
    return _price(rulebook, scheme, level, certificate_type, on)


def price_of_class(rulebook: Rulebook, offer: Offer) -> Price:
    """What a certificate of this class brings by its own days, as its learners' claims will be decided: begun on its first day, the
    certificate of its last. The offer's own price is what was set aside when it was opened."""
    line, entry, days = rulebook.lines[offer.line], offer.entry, offer.period
    kind = entry.certificate_type or next(iter(line.certificates), "")
    return _price(rulebook, line.scheme, entry.level, kind, days.upper - timedelta(days=1), days.lower)


@lru_cache(maxsize=2048)  # an edition of thousands of entries has a few dozen different ones
def _price(
    rulebook: Rulebook, scheme: str, level: int, certificate_type: str, on: date, begins: date | None = None
) -> Price:
    chosen = rulebook.schemes.get(scheme)
    if chosen is None or chosen.by_provider:
        return Price(None, chosen.clause if chosen else "", rulebook.id)
    claim = model_claim(rulebook, scheme, level, certificate_type, on) | {"started_on": begins or on}
    found = explain(rulebook, [claim], "1")
    clause = found.amount_steps[-1].clause if found.amount_steps else chosen.clause
    fen = found.decision.amount_fen
    if found.decision.outcome != "approved" or not fen:
        return Price(None, clause, rulebook.id)
    return Price(fen, clause, rulebook.id)


def model_claim(
    rulebook: Rulebook, scheme: str, level: int, certificate_type: str, on: date
) -> dict[str, object]:
    """A claim that meets every condition which is not about the entry itself."""
    return {
        "claim_id": "1",
        "person_id": "#1",
        "scheme": scheme,
        "occupation_code": "1",
        "level": level,
        "prior_level": level + 1 if level in (1, 2) else 0,  # technicians need the level below
        "certificate_type": certificate_type,
        "certificate_issued_on": on,
        "class_id": "1",
        "started_on": on,
        "ended_on": on,
        "attended_days": 1,
        "insured_months": _LONG_INSURED,
        "draws_pension": False,
        "groups": ";".join(sorted(rulebook.groups)),
        "applied_at": datetime.combine(on, time(12), SHANGHAI),
    }


def fund_of(rulebook: Rulebook, line: Line) -> FundChoice:
    """The fund from which claims of a training line are to be expected (fund rules on the line's groups)."""
    return rulebook.fund_for({"scheme": line.scheme, "groups": ";".join(sorted(line.groups))})
