"""Reading the ledger: pools, balances on a day, statements, the year's closing, the reserve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from django.db.models import Count, Q, QuerySet, Sum

from wudan.funds.models import ACCOUNT_KINDS, Account, Entry, Leg, Pool, UnemploymentFundYear
from wudan.kernel.actor import Actor
from wudan.kernel.errors import refuse
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import ONE_DAY
from wudan.kernel.roles import Role

READERS = (Role.FINANCE, Role.SUPERVISOR, Role.REVIEWER, Role.POLICY, Role.SYSTEM)
KINDS = tuple(kind for kind, _ in ACCOUNT_KINDS)


@dataclass(frozen=True, slots=True)
class Balances:
    """What stands on a pool's accounts, in fen. `granted` is printed positive: granted = the sum of the other six."""

    granted: int = 0
    available: int = 0
    reserved: int = 0
    earmarked: int = 0
    in_transit: int = 0
    paid: int = 0
    recovered: int = 0

    def __getitem__(self, kind: str) -> int:
        return int(getattr(self, kind))

    @classmethod
    def of(cls, sums: Mapping[str, int]) -> Balances:
        return cls(**{k: (-v if k == "granted" else v) for k, v in sums.items()})


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One entry: what it did to each account it touched, and the balances after it."""

    entry: Entry
    source: str
    target: str
    amount_fen: int
    after: Balances


@dataclass(frozen=True, slots=True)
class Statement:
    """A pool from `since` up to, not with, `until` (对账单)."""

    pool: Pool
    since: date
    until: date
    opening: Balances
    rows: tuple[StatementRow, ...]
    closing: Balances


@dataclass(frozen=True, slots=True)
class YearRow:
    """A pool in a calendar year (年度结账): opening and closing balances and what moved between, in fen."""

    pool: Pool
    opening: Balances
    granted: int
    approved: int
    paid: int
    recovered: int
    closing: Balances


@dataclass(frozen=True, slots=True)
class Reserve:
    """The payment capacity (备付月数) left after the draw, with the formula as read and as filled in."""

    figures: UnemploymentFundYear
    formula: str
    working: str
    months: Decimal
    needed: int
    enough: bool
    sentence: str
    clause: str


# --- pools ------------------------------------------------------------------------------------------------------
def visible_pools(actor: Actor) -> QuerySet[Pool]:
    """Officials who deal with money see their own district's pools; nobody else sees any."""
    if actor.role not in READERS or actor.district_id is None:
        return Pool.objects.none()
    return Pool.objects.filter(district_id=actor.district_id).order_by("-year", "pk")


def pool_for(district_id: str, source: str, year: int) -> Pool:
    """The pool that pays. Refuses: no-pool, pool-not-payable."""
    pool = Pool.objects.filter(district_id=district_id, source=source, year=year).first()
    if pool is None:
        refuse(
            "no-pool",
            f"本区{year}年度没有建立“{source_label(source)}”资金池。",
            remedy="请财务先建立该年度资金池并录入预算下达。",
        )
    if not pool.payable:
        refuse(
            "pool-not-payable",
            f"{pool.label}只作登记，不能用于核定或拨付补贴。",
            clause=pool.clause,
            remedy="请核对这笔申请的资金来源。",
        )
    return pool


def source_label(source: str) -> str:
    """The name of a source as some pool carries it; the code itself where none does."""
    label = Pool.objects.filter(source=source).order_by("-year", "pk").values_list("label", flat=True).first()
    return label or source


# --- balances ---------------------------------------------------------------------------------------------------
def balances(pool_id: int, on: date) -> Balances:
    """As at the end of the day `on`, added up from the legs."""
    return balances_of([pool_id], on).get(pool_id, Balances())


def balances_of(pool_ids: Iterable[int], on: date) -> dict[int, Balances]:
    """The same for many pools in one query."""
    sums: dict[int, dict[str, int]] = {}
    rows = (
        Leg.objects.filter(account__pool_id__in=list(pool_ids), entry__on__lte=on)
        .order_by()
        .values_list("account__pool_id", "account__kind")
        .annotate(total=Sum("amount_fen"))
    )
    for pool_id, kind, total in rows:
        sums.setdefault(pool_id, {})[kind] = int(total)
    return {pool_id: Balances.of(by_kind) for pool_id, by_kind in sums.items()}


def balances_now(pool_ids: Iterable[int]) -> dict[int, Balances]:
    """As the database keeps them: cheap, for lists."""
    sums: dict[int, dict[str, int]] = {}
    for account in Account.objects.filter(pool_id__in=list(pool_ids)).order_by("pk"):
        sums.setdefault(account.pool_id, {})[account.kind] = account.balance_fen
    return {pool_id: Balances.of(by_kind) for pool_id, by_kind in sums.items()}


# --- ledger and statement ---------------------------------------------------------------------------------------
def entries(
    actor: Actor,
    *,
    pool_id: int | None = None,
    since: date | None = None,
    until: date | None = None,
    subject: str = "",
    word: str = "",
) -> QuerySet[Entry]:
    """The ledger page, newest first: [since, until), of one business, or with a word in the memo; amount in `amount_fen`."""
    found = Entry.objects.filter(pool__in=visible_pools(actor)).select_related("pool")
    if pool_id is not None:
        found = found.filter(pool_id=pool_id)
    if since:
        found = found.filter(on__gte=since)
    if until:
        found = found.filter(on__lt=until)
    if subject:
        found = found.filter(subject=subject)
    if word:
        found = found.filter(Q(memo__icontains=word) | Q(basis__icontains=word))
    return (
        found.annotate(amount_fen=Sum("legs__amount_fen", filter=Q(legs__amount_fen__gt=0)))
        .prefetch_related("legs__account")
        .order_by("-on", "-pk")
    )


def statement(pool_id: int, since: date, until: date) -> Statement:
    """Opening, every entry of [since, until) with the balances after it, closing. Two queries, whatever the length."""
    pool = Pool.objects.select_related("district").get(pk=pool_id)
    opening = running = balances(pool_id, since - ONE_DAY)
    rows: list[StatementRow] = []
    found = Entry.objects.filter(pool_id=pool_id, on__gte=since, on__lt=until).order_by("on", "pk")
    for entry in found.prefetch_related("legs__account"):
        legs = {leg.account.kind: leg.amount_fen for leg in entry.legs.all()}
        running = _moved(running, legs)
        source = next(kind for kind, fen in legs.items() if fen < 0)
        target, amount = next((kind, fen) for kind, fen in legs.items() if fen > 0)
        rows.append(StatementRow(entry, source, target, amount, running))
    return Statement(pool, since, until, opening, tuple(rows), running)


def _moved(before: Balances, legs: Mapping[str, int]) -> Balances:
    signed = {kind: before[kind] * (-1 if kind == "granted" else 1) + legs.get(kind, 0) for kind in KINDS}
    return Balances.of(signed)


def business_of(subject: str) -> QuerySet[Entry]:
    """Entries of one piece of business, e.g. "batch:7", oldest first."""
    return Entry.objects.filter(subject=subject).prefetch_related("legs__account").order_by("pk")


def is_reversible(entry_ids: Iterable[int]) -> dict[int, bool]:
    """Whether each entry is an appropriation not yet reversed: where to show the button."""
    found = Entry.objects.filter(pk__in=list(entry_ids)).order_by("pk")
    reversed_ids = set(Entry.objects.filter(reverses__in=found).values_list("reverses_id", flat=True))
    return {e.pk: e.subject == "budget" and e.reverses_id is None and e.pk not in reversed_ids for e in found}


# --- closing ----------------------------------------------------------------------------------------------------
def year_closing(district_id: str, year: int) -> list[YearRow]:
    """Fund × budget year as the calendar year `year` closes. Balances stay open: earlier budget years are listed on."""
    pools = list(Pool.objects.filter(district_id=district_id, year__lte=year).order_by("-year", "pk"))
    ids = [p.pk for p in pools]
    opening, closing = balances_of(ids, date(year - 1, 12, 31)), balances_of(ids, date(year, 12, 31))
    flows = _inflows(ids, year)
    return [
        YearRow(
            pool=p,
            opening=opening.get(p.pk, Balances()),
            granted=closing.get(p.pk, Balances()).granted - opening.get(p.pk, Balances()).granted,
            approved=flows.get((p.pk, "available"), 0),
            paid=flows.get((p.pk, "paid"), 0),
            recovered=flows.get((p.pk, "recovered"), 0),
            closing=closing.get(p.pk, Balances()),
        )
        for p in pools
    ]


def _inflows(pool_ids: list[int], year: int) -> dict[tuple[int, str], int]:
    """Paid and recovered in the year, and as `available` what approval took, net of what was given back.

    What a listing reserved is still there to approve from: `available` and `reserved` are one here.
    """
    within = Q(
        account__pool_id__in=pool_ids, entry__on__gte=date(year, 1, 1), entry__on__lt=date(year + 1, 1, 1)
    )
    into = Leg.objects.filter(within, account__kind__in=["paid", "recovered"], amount_fen__gt=0)
    taken = Leg.objects.filter(within, account__kind__in=["available", "reserved"]).exclude(
        entry__subject="budget"
    )
    found: dict[tuple[int, str], int] = {}
    for legs, sign in ((into, 1), (taken, -1)):
        sums = (
            legs.order_by().values_list("account__pool_id", "account__kind").annotate(total=Sum("amount_fen"))
        )
        for pool_id, kind, total in sums:
            key = (pool_id, "available" if kind == "reserved" else kind)
            found[key] = found.get(key, 0) + sign * int(total)
    return found


def ledger_check(district_id: str) -> list[Account]:
    """Accounts whose kept balance is not the sum of their legs: always empty, or the walls have been broken into."""
    summed = Account.objects.filter(pool__district_id=district_id).annotate(
        legs_fen=Sum("legs__amount_fen", default=0), legs_count=Count("legs")
    )
    return [account for account in summed.order_by("pk") if account.legs_fen != account.balance_fen]


# --- the 24-month reserve ---------------------------------------------------------------------------------------
def fund_years(actor: Actor) -> QuerySet[UnemploymentFundYear]:
    if actor.role not in READERS:
        return UnemploymentFundYear.objects.none()
    return UnemploymentFundYear.objects.filter(district_id=actor.district_id).order_by("-year")


def reserve(district_id: str, year: int, *, needed: int, clause: str) -> Reserve | None:
    """(上年末滚存结余 − 计提额) ÷ (年度待遇支出 ÷ 12) against `needed` months, exactly; None where the year has no figures.

    `needed` and `clause` come from the rulebook; the room above asks it (`orders.payment.queries.reserve`).
    """
    row = UnemploymentFundYear.objects.filter(district_id=district_id, year=year).first()
    if row is None:
        return None
    exact = Fraction((row.opening_fen - row.drawn_fen) * 12, row.benefits_fen)
    # Rounded down, so that a little under 24 never prints as 24.00.
    shown = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_FLOOR)
    enough = exact >= needed
    standing = f"计提后可支付{shown}个月的失业保险待遇"
    return Reserve(
        figures=row,
        formula="（上年末滚存结余 − 计提额）÷（年度待遇支出 ÷ 12）",
        working=f"（{in_sentence(row.opening_fen)} − {in_sentence(row.drawn_fen)}）÷（{in_sentence(row.benefits_fen)} ÷ 12）"
        f" = {shown}个月",
        months=shown,
        needed=needed,
        enough=enough,
        sentence=f"{standing}，不低于{needed}个月。"
        if enough
        else f"{standing}，低于{needed}个月，应向市级争取调剂金。",
        clause=clause,
    )
