"""The cast (演员表): who appears in the tests of every room. Plain functions; each call writes to the database.

    tez = cast("370405")            # 台儿庄区: towns, organisations, users with memberships, actors, pools with money
    zc = cast("370306")             # 周村区: the *outsiders* of every kind
    tez.intake, tez.reviewer2, tez.provider_clerk, tez.worker ...      are Actors
    outsider(tez, "reviewer")       is the other district's reviewer (made when needed)

Times are given: `AT` is a Monday morning in the programme's period. Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from wudan.accounts.models import Membership, User
from wudan.funds.models import ACCOUNT_KINDS, Account, Entry, Leg, Pool
from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.history import acting
from wudan.kernel.identifiers import check_character, credit_check_character, parse_identity
from wudan.kernel.roles import DUTY_SIDE, OFFICIAL, Role
from wudan.organisations.models import District, Organisation, OrganisationAccount
from wudan.people.models import Division, Person, PersonAccount

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2020, 11, 16, 10, 0, tzinfo=SHANGHAI)
LONG_AGO = datetime(2018, 12, 31, 16, 0, tzinfo=UTC)
BASIS = "测试"
PASSWORD = "练习-secret-2020"

DISTRICTS = {"370405": ("台儿庄区", "taierzhuang"), "370306": ("周村区", "zhoucun")}
OTHER = {"370405": "370306", "370306": "370405"}
_TREE = [
    ("37", "山东省", "province", None),
    ("3703", "淄博市", "city", "37"),
    ("3704", "枣庄市", "city", "37"),
    ("370306", "周村区", "district", "3703"),
    ("370405", "台儿庄区", "district", "3704"),
    ("370306001", "丝绸路街道", "town", "370306"),
    ("370306100", "北郊镇", "town", "370306"),
    ("370405001", "运河街道", "town", "370405"),
    ("370405100", "邳庄镇", "town", "370405"),
]
_POOLS = [
    ("employment_subsidy", "就业补助资金", True),
    ("unemployment_insurance", "失业保险基金专账", True),
    ("startup_support", "创业带动就业扶持资金", True),
    ("training_special", "专项培训资金", True),
    ("staff_education", "职工教育经费", False),
]


# --- numbers -----------------------------------------------------------------------------------------------------
def valid_identity(n: int, *, area: str = "370405", born: str | None = None) -> str:
    """The n-th well-formed identity number (0 ≤ n < 1,000,000); different n, different numbers."""
    birth = born or f"{1960 + n // 1000 % 40}{n // 1000 // 40 % 12 + 1:02d}{n // 480_000 + 1:02d}"
    first = f"{area}{birth}{n % 1000:03d}"
    return first + check_character(first)


def valid_credit_code(n: int) -> str:
    """The n-th well-formed 统一社会信用代码."""
    first = f"91370405MA{n:07d}"
    return first + credit_check_character(first)


def valid_phone(n: int) -> str:
    return f"138{n:08d}"


def valid_account(n: int) -> str:
    """The n-th bank card number that satisfies Luhn (19 digits)."""
    first = f"622848{n:012d}"
    total = sum(sum(divmod(int(d) * (1 if i % 2 else 2), 10)) for i, d in enumerate(reversed(first)))
    return first + str(-total % 10)


# --- rows --------------------------------------------------------------------------------------------------------
def divisions() -> None:
    Division.objects.bulk_create(
        [
            Division(code=code, name=name, level=level, parent_id=parent)
            for code, name, level, parent in _TREE
        ],
        ignore_conflicts=True,
    )


def make_person(
    n: int = 1, *, name: str = "张小三", area: str = "370405", account: bool = True, **fields: Any
) -> Person:
    """A registered person with a phone and (by default) a current account."""
    number = valid_identity(n, area=area)
    seen = parse_identity(number)
    fields.setdefault("assurance", "papers")
    person = Person(name=name, sex=seen.sex, born_on=seen.born_on, created_at=AT, **fields)
    person.set_number(number)
    person.set_phone(valid_phone(n))
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        person.save()
        if account:
            card = PersonAccount(person=person, holder=name, bank="中国农业银行", recorded_at=AT)
            card.set_number(valid_account(n))
            card.save()
    return person


def make_organisation(
    district_id: str, kind: str, n: int = 1, *, account: bool = True, **fields: Any
) -> Organisation:
    """An enterprise, provider, department or town; the first two with a current account."""
    words = {
        "provider": "职业培训学校",
        "enterprise": "纺织有限公司",
        "department": "人力资源和社会保障局",
        "town": "镇",
    }
    fields.setdefault("name", f"{DISTRICTS[district_id][0]}第{n}{words[kind]}")
    if kind in ("provider", "enterprise"):
        fields.setdefault(
            "credit_code", valid_credit_code(int(district_id) % 1000 * 1000 + n + 500 * (kind == "provider"))
        )
    organisation = Organisation(district_id=district_id, kind=kind, **fields)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        organisation.save()
        if account and kind in ("provider", "enterprise"):
            bank = OrganisationAccount(
                organisation=organisation, holder=organisation.name, bank="中国建设银行", recorded_at=AT
            )
            bank.set_number(f"37{organisation.pk:014d}")
            bank.save()
    return organisation


def make_user(username: str, *, display_name: str = "李敏", person: Person | None = None) -> User:
    """A login with PASSWORD."""
    return User.objects.create_user(username, PASSWORD, display_name=display_name, person=person)


def make_actor(
    role: Role,
    *,
    district_id: str | None = None,
    organisation: Organisation | None = None,
    person: Person | None = None,
    town_code: str | None = None,
    username: str | None = None,
    user: User | None = None,
) -> Actor:
    """A user with one membership, and the Actor they are in it."""
    user = user or make_user(username or f"{role}-{User.objects.count()}", person=person)
    seat = _Seat(role, user, district_id, organisation, town_code)
    _save_memberships([seat])
    return seat.actor()


@dataclass(frozen=True)
class _Seat:
    """One user's one membership, and the Actor they are in it."""

    role: Role
    user: User
    district_id: str | None = None
    organisation: Organisation | None = None
    town_code: str | None = None

    def membership(self) -> Membership:
        return Membership(
            user=self.user,
            role=self.role.value,
            duty_side=DUTY_SIDE[self.role],
            district_id=self.actor().district_id if self.role in OFFICIAL else None,
            organisation=self.organisation,
            town_id=self.town_code,
            valid=DateTimeTZRange(LONG_AGO, None, "[)"),
            basis=BASIS,
        )

    def actor(self) -> Actor:
        district_id = self.district_id or (self.organisation.district_id if self.organisation else None)
        place = self.organisation.name if self.organisation else DISTRICTS.get(district_id or "", ("",))[0]
        return Actor(
            user_id=self.user.pk,
            role=self.role,
            label=f"{place} {self.role.label} {self.user.display_name}".strip(),
            district_id=district_id,
            organisation_id=self.organisation.pk if self.organisation else None,
            person_id=self.user.person_id,
            town_code=self.town_code,
        )


def _save_memberships(seats: Iterable[_Seat]) -> None:
    with acting(actor=SYSTEM, at=LONG_AGO, basis=BASIS):
        Membership.objects.bulk_create([seat.membership() for seat in seats])


def make_pool(
    district_id: str, source: str, *, year: int = 2020, fen: int = 100_000_000, payable: bool = True
) -> Pool:
    """A pool with its accounts and, where payable, `fen` (1 million yuan) appropriated by a balanced entry."""
    return make_pools(district_id, {source: payable}, year=year, fen=fen)[source]


def make_pools(
    district_id: str, sources: dict[str, bool], *, year: int = 2020, fen: int = 100_000_000
) -> dict[str, Pool]:
    """Pools by their source, in few statements; each as `make_pool` says."""
    labels = {code: label for code, label, _ in _POOLS}
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        pools = Pool.objects.bulk_create(
            Pool(
                district_id=district_id, source=source, label=labels[source], year=year, payable=payable, clause="七（二）"
            )
            for source, payable in sources.items()
        )  # fmt: skip
        accounts = {
            (a.pool_id, a.kind): a
            for a in Account.objects.bulk_create(
                Account(pool=pool, kind=kind) for pool in pools for kind, _ in ACCOUNT_KINDS
            )
        }
        entries = Entry.objects.bulk_create(
            Entry(
                pool=pool, on=date(year, 1, 2), made_at=AT, memo="年初预算", basis=BASIS, actor_label="测试", subject="budget"
            )
            for pool in pools
            if pool.payable and fen
        )  # fmt: skip
        Leg.objects.bulk_create(
            Leg(entry=entry, account=accounts[entry.pool_id, kind], amount_fen=amount)
            for entry in entries
            for kind, amount in (("granted", -fen), ("available", fen))
        )
    return {pool.source: pool for pool in pools}


# --- the cast ----------------------------------------------------------------------------------------------------
@dataclass
class Cast:
    """One district with everybody in it. `other` names are those of architecture.md's three-person cast."""

    district: District
    towns: dict[str, Division]
    intake: Actor
    intake2: Actor
    reviewer: Actor
    reviewer2: Actor
    finance: Actor
    finance2: Actor
    supervisor: Actor
    policy: Actor
    town: Actor
    system: Actor
    provider: Organisation
    provider_clerk: Actor
    enterprise: Organisation
    enterprise_clerk: Actor
    person: Person
    worker: Actor
    pools: dict[str, Pool] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.district.code

    def user(self, who: str) -> User:
        """The login behind an actor, e.g. `tez.user("intake")`, for `client.force_login`."""
        return User.objects.get(pk=getattr(self, who).user_id)


def make_district(code: str) -> District:
    divisions()
    name, rulebook = DISTRICTS[code]
    with acting(actor=SYSTEM, at=LONG_AGO, basis=BASIS):
        district, _ = District.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "rulebook": rulebook,
                "lead_body": "区就业创业和农民工工作领导小组",
                "hotline": "12333",
                "opened_at": LONG_AGO,
            },
        )
    return district


def cast(code: str = "370405", *, pools: bool = True) -> Cast:
    """Everybody of one district. Call it once per district and test."""
    district = make_district(code)
    towns = {t.code: t for t in Division.objects.filter(parent_id=code).order_by("code")}
    provider, enterprise = (make_organisation(code, kind) for kind in ("provider", "enterprise"))
    person = make_person(int(code) % 1000, area=code, name="王小明", town_id=next(iter(towns)))

    def user(name: str, who: Person | None = None) -> User:
        return User(username=f"{code}-{name}", password=hashed, display_name="李敏", person=who)

    def official(role: Role, suffix: str = "", town_code: str | None = None) -> _Seat:
        return _Seat(role, user(f"{role}{suffix}"), code, town_code=town_code)

    hashed = make_password(PASSWORD)
    seats = {
        "intake": official(Role.INTAKE),
        "intake2": official(Role.INTAKE, "2"),
        "reviewer": official(Role.REVIEWER),
        "reviewer2": official(Role.REVIEWER, "2"),
        "finance": official(Role.FINANCE),
        "finance2": official(Role.FINANCE, "2"),
        "supervisor": official(Role.SUPERVISOR),
        "policy": official(Role.POLICY),
        "town": official(Role.TOWN, town_code=next(iter(towns))),
        "system": official(Role.SYSTEM),
        "provider_clerk": _Seat(Role.PROVIDER, user("provider"), organisation=provider),
        "enterprise_clerk": _Seat(Role.ENTERPRISE, user("enterprise"), organisation=enterprise),
        "worker": _Seat(Role.WORKER, user("worker", person)),
    }
    User.objects.bulk_create(seat.user for seat in seats.values())
    _save_memberships(seats.values())
    return Cast(
        district=district,
        towns=towns,
        provider=provider,
        enterprise=enterprise,
        person=person,
        pools=make_pools(code, {source: payable for source, _, payable in _POOLS}) if pools else {},
        **{name: seat.actor() for name, seat in seats.items()},
    )


def outsider(of: Cast, kind: str) -> Actor:
    """The same kind of person from the other district, who must always be refused. `kind` is a Role's value."""
    code = OTHER[of.code]
    make_district(code)
    role = Role(kind)
    if role in OFFICIAL:
        return make_actor(role, district_id=code)
    if role is Role.WORKER:
        return make_actor(role, person=make_person(int(code) % 1000 + 500, area=code, name="外人"))
    organisation = Organisation.objects.filter(district_id=code, kind=kind, name__contains="第9").first()
    return make_actor(role, organisation=organisation or make_organisation(code, kind, 9))


# --- claims ------------------------------------------------------------------------------------------------------
def claim_facts(claim_id: str = "c1", person: Person | str | None = None, **changes: Any) -> dict[str, Any]:
    """Facts of one claim under the contract's names. As they stand 台儿庄区 approves 1,500 yuan (training, 中级)."""
    facts: dict[str, Any] = {
        "claim_id": claim_id,
        "person_id": f"#{person.pk}" if isinstance(person, Person) else person or "#1",
        "scheme": "training",
        "occupation_code": "6-18-02-04",
        "level": 4,
        "prior_level": 0,
        "certificate_type": "skill_level",
        "certificate_issued_on": date(2020, 10, 30),
        "class_id": "K1",
        "started_on": date(2020, 9, 1),
        "ended_on": date(2020, 9, 20),
        "attended_days": 18,
        "insured_months": 0,
        "draws_pension": False,
        "groups": "rural",
        "fee_fen": None,
        "project_id": "",
        "project_stage": "",
        "contract_fen": None,
        "completed_count": 0,
        "employed_count": 0,
        "applied_at": AT,
    }
    return facts | changes


def claim_form(**changes: Any) -> Any:
    """The same as a `ClaimForm` of orders.subsidy (imported here, so that low rooms may use this module without it)."""
    from wudan.orders.subsidy.forms import ClaimForm

    facts = claim_facts(**changes)
    for name in ("claim_id", "person_id", "applied_at"):
        facts.pop(name)
    # S, no ministry, Shandong, the site, the year, the level, a serial: consistent with kind, level and day.
    issued_on, level = facts["certificate_issued_on"], facts["level"]
    numbered = facts["certificate_type"] == "skill_level" and issued_on and level
    number = f"S000037040520{issued_on:%y}{level}000001" if numbered else ""
    extra = {"certificate_number": number, "occupation_name": "车工", "class_name": "车工一班"}
    facts["groups"] = tuple(g for g in str(facts["groups"]).split(";") if g)
    return ClaimForm(**(facts | {k: v for k, v in extra.items() if k not in changes}))
