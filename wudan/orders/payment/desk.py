"""What the finance desk and the supervisor read of payment: what would be gathered, four sums, who did what to a batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Sum

from wudan.accounts.queries import names_of
from wudan.funds import queries as funds
from wudan.funds.models import Pool
from wudan.kernel.actor import Actor
from wudan.kernel.changes import Change, changes_of, users_in
from wudan.orders.catalogue.models import Project
from wudan.orders.delivery.models import TrainingClass
from wudan.orders.payment.models import Batch, PaymentLine, Recovery, RecoveryReceipt
from wudan.orders.payment.payables import (
    Payable,
    payables,
    payee_key,
    payees_accounts,
    supplements_of_pool,
    why_left_out,
)
from wudan.orders.payment.queries import claims_of_pool, visible_batches, visible_recoveries
from wudan.orders.subsidy.models import NoticeLine
from wudan.orders.subsidy.queries.claims import visible_claims

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Preview:
    """What gathering would take from a pool and leave out, and why. `taken` holds the first `SHOWN`."""

    pool: Pool
    taken: tuple[tuple[Payable, Any], ...]
    count: int
    total_fen: int
    left_out: tuple[dict[str, Any], ...]
    left_fen: int


def preview(actor: Actor, pool_id: int) -> Preview | None:
    """None where the actor may not see the pool. By the same rules as `gather`; saves nothing. Seven queries."""
    pool = funds.visible_pools(actor).filter(pk=pool_id).first()
    if pool is None:
        return None
    claims = list(claims_of_pool(pool).select_related("person", "organisation"))
    wanted = payables(claims, list(supplements_of_pool(pool)))
    accounts = payees_accounts([one.claim for one in wanted])
    asked = [(one, why_left_out(one, accounts, actor)) for one in wanted]
    taken = [one for one, why in asked if why is None]
    left = [why for _, why in asked if why is not None]
    return Preview(
        pool,
        tuple((one, accounts[payee_key(one.claim)]) for one in taken[:SHOWN]),
        len(taken),
        sum(one.fen for one in taken),
        tuple(left),
        sum(why["amount_fen"] for why in left),
    )


@dataclass(frozen=True, slots=True)
class FourSums:
    """Published (公示), approved (核定), sent (拨付) and received (银行实付) of a batch's lines, in fen. What is paid on top of
    published sums (补发, each confirmed by two persons) is counted apart."""

    published: int
    approved: int
    supplements: int
    sent: int
    bounced: int
    received: int
    waiting: int


def four_sums(batch_id: int) -> FourSums:
    """Of the lines not taken out. Three queries."""
    lines = PaymentLine.objects.filter(batch_id=batch_id).exclude(state="cancelled").order_by()
    own = Q(supplement=None)
    claims = lines.filter(own).values("claim_id")
    newest = NoticeLine.objects.filter(claim_id__in=claims).order_by("claim_id", "-pk").distinct("claim_id")
    sums = {s: int(fen) for s, fen in lines.values_list("state").annotate(fen=Sum("amount_fen"))}
    totals = lines.aggregate(
        approved=Sum("claim__amount_fen", filter=own, default=0),
        supplements=Sum("supplement__amount_fen", default=0),
        received=Sum("received_fen", default=0),
    )
    return FourSums(
        published=sum(newest.values_list("amount_fen", flat=True)),
        approved=totals["approved"],
        supplements=totals["supplements"],
        sent=sum(sums.values()),
        bounced=sums.get("bounced", 0),
        received=totals["received"],
        waiting=sums.get("pending", 0),
    )


def batch_people(batch: Batch) -> dict[str, str]:
    """gathered, signed, sent, cleared → the name. One query."""
    names = names_of([batch.gathered_by, batch.signed_by, batch.sent_by, batch.cleared_by])
    return {
        verb: names.get(getattr(batch, f"{verb}_by") or 0, "")
        for verb in ("gathered", "signed", "sent", "cleared")
    }


def batch_history(batch: Batch) -> list[Change]:
    """Every change of the batch, oldest first, with the names of those who acted."""
    names = names_of(users_in(Batch, batch.pk))
    return changes_of(Batch, batch.pk, names=names, skip=("skipped", "lines_count", "gathered_by"))


@dataclass(frozen=True, slots=True)
class Standing:
    """How much waits at finance: claims approved, batches by state, bounced, recoveries still open."""

    waiting: int
    waiting_fen: int
    oldest_due: date | None
    batches: dict[str, tuple[int, int]]
    bounced: int
    bounced_fen: int
    bounced_due: date | None
    recoveries: int
    recovery_fen: int


def standing(actor: Actor) -> Standing:
    """Four queries, whatever the number of rows."""
    claims = (
        visible_claims(actor)
        .filter(state__in=["approved", "bounced"], amount_fen__gt=0)
        .order_by()
        .values("state")
        .annotate(n=Count("pk"), fen=Sum("amount_fen", default=0), due=Min("due_on"))
    )
    by_state = {row["state"]: row for row in claims}
    batches = (
        visible_batches(actor).order_by().values_list("state").annotate(n=Count("pk"), fen=Sum("total_fen"))
    )
    open_ones = visible_recoveries(actor).filter(state="open").order_by()
    owed: list[tuple[int, int]] = [(r.amount_fen, getattr(r, "received_fen", 0)) for r in open_ones]
    nothing: dict[str, Any] = {"n": 0, "fen": 0, "due": None}
    waiting, bounced = by_state.get("approved", nothing), by_state.get("bounced", nothing)
    return Standing(
        waiting["n"],
        waiting["fen"],
        waiting["due"],
        {state: (n, int(fen)) for state, n, fen in batches},
        bounced["n"],
        bounced["fen"],
        bounced["due"],
        len(owed),
        sum(due - got for due, got in owed),
    )


def receipts(recovery: Recovery) -> list[tuple[RecoveryReceipt, str]]:
    """退款到账 of a recovery, oldest first, each with the name of who recorded it. Two queries."""
    found = list(recovery.receipts.order_by("received_on", "pk"))
    names = names_of(r.recorded_by for r in found)
    return [(row, names.get(row.recorded_by or 0, "")) for row in found]


@dataclass(frozen=True, slots=True)
class BatchDue:
    """By when money of a batch should have arrived: the nearest day still to come, and how many are late already."""

    on: date | None
    late: int


def by_the_chain(batch_id: int) -> tuple[int, int]:
    """How many payments of a batch came of a class or project of this house, and how many it has. Two queries."""
    lines = PaymentLine.objects.filter(batch_id=batch_id)
    classes = TrainingClass.objects.filter(number=OuterRef("claim__class_id"))
    projects = Project.objects.filter(number=OuterRef("claim__project_id"))
    kept = lines.filter(Q(Exists(classes)) | Q(claim__person=None) & Q(Exists(projects)))
    return kept.count(), lines.count()


def batch_due(batch_id: int, today: date) -> BatchDue:
    """One old claim does not make the whole batch late; where all are, the day is the last of theirs. One query."""
    waiting = PaymentLine.objects.filter(batch_id=batch_id, state="pending").order_by()
    found = waiting.aggregate(
        next=Min("claim__due_on", filter=Q(claim__due_on__gte=today)),
        last=Max("claim__due_on"),
        late=Count("pk", filter=Q(claim__due_on__lt=today)),
    )
    return BatchDue(found["next"] or found["last"], found["late"])


def line(actor: Actor, line_id: int) -> PaymentLine | None:
    """One line of a batch the actor may see, with its batch and claim."""
    lines = PaymentLine.objects.select_related("batch__pool", "claim__person", "claim__organisation")
    return lines.filter(pk=line_id, batch__in=visible_batches(actor).order_by()).first()
