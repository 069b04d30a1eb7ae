"""The stage (布景): two districts with their people, places, money and log-ins, before the first claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from wudan.config.sample import cast
from wudan.config.sample.names import credit_code, people
from wudan.config.sample.places import places
from wudan.funds import actions as funds
from wudan.kernel.actor import SYSTEM, Actor
from wudan.orders.payment.actions.pools import open_pools
from wudan.organisations.actions import organising as organisations
from wudan.organisations.data import read_divisions
from wudan.people import actions as registry
from wudan.people.rows import AccountRow, PersonRow, TagRow
from wudan.policy.queries import rulebook_for

DISTRICTS = {
    "370405": ("台儿庄区", "taierzhuang", "区就业创业和农民工工作领导小组", "0632-6681234"),
    "370306": ("周村区", "zhoucun", "区就业和农民工工作联席会议", "0533-6195678"),
}
PEOPLE_EACH = 1500
BUDGET_FEN = {
    "employment_subsidy": 300_000_000,
    "unemployment_insurance": 400_000_000,
    "startup_support": 60_000_000,
    "training_special": 100_000_000,
}
GROUPS = ("rural", "employee", "unemployed", "poor", "veteran", "disabled", "low_income", "")
WEIGHTS = (34, 24, 16, 8, 4, 3, 3, 8)


@dataclass
class Stage:
    """One district's stage."""

    code: str
    actors: dict[str, Actor]
    providers: list[int]
    enterprises: list[int]
    clerks: dict[int, Actor]
    persons: list[int]
    group_of: dict[int, str]
    next_person: int = 0
    serial: int = 0
    notes: dict[str, object] = field(default_factory=dict)

    def take(self, count: int, groups: tuple[str, ...] = ()) -> list[int]:
        """The next persons in line, of one of the groups where any are named."""
        found: list[int] = []
        at = self.next_person
        while len(found) < count:
            person = self.persons[at % len(self.persons)]
            at += 1
            if not groups or self.group_of[person] in groups:
                found.append(person)
        self.next_person = at if not groups else self.next_person + count
        return found

    def stamp(self) -> int:
        self.serial += 1
        return self.serial


def set_stage(code: str, at: datetime) -> Stage:
    """Open the district, seat everybody, fill the registry and the pools."""
    name, rulebook, lead, hotline = DISTRICTS[code]
    organisations.load_divisions(actor=SYSTEM)
    organisations.open_district(
        code=code, name=name, rulebook=rulebook, lead_body=lead, hotline=hotline, actor=SYSTEM, at=at
    )
    towns = _towns(code)
    actors = {
        login.key: cast.open_login(login, code, at=at, town_code=towns[0] if login.key == "zhenjie" else None)
        for login in cast.OFFICIALS
    }
    providers, enterprises, clerks = _organisations(code, towns, at)
    persons, group_of = _people(code, towns, actors["shouli"], at)
    actors["laodong"] = cast.open_login(
        cast.WORKER_LOGIN, code, at=at, person_id=persons[0][0], name=persons[0][1]
    )
    _pools(code, actors["caiwu"], at)
    return Stage(code, actors, providers, enterprises, clerks, [pk for pk, _ in persons], group_of)


def _towns(code: str) -> list[str]:

    return [r.code for r in read_divisions() if r.parent_code == code]


def _organisations(
    code: str, towns: list[str], at: datetime
) -> tuple[list[int], list[int], dict[int, Actor]]:
    found: dict[str, list[int]] = {"provider": [], "enterprise": []}
    clerks: dict[int, Actor] = {}
    for n, place in enumerate(places(code)):
        made = organisations.register_organisation(
            district_id=code,
            kind=place.kind,
            name=place.name,
            credit_code=credit_code(code, place.serial, kind="52" if place.kind == "provider" else "91"),
            division_code=towns[n % len(towns)],
            contact="经办人",
            phone=f"137{code[3:]}{n:05d}"[:11],
            nature=place.nature,
            licence=f"人社民{code}4{place.serial:07d}" if place.kind == "provider" else "",
            actor=SYSTEM,
            at=at,
        )
        organisations.record_organisation_account(
            organisation_id=made.pk,
            holder=place.name,
            bank="中国建设银行",
            number=f"3705{code}{place.serial:010d}",
            actor=SYSTEM,
            at=at,
        )
        found[place.kind].append(made.pk)
        login = cast.PROVIDER_LOGIN if place.kind == "provider" else cast.ENTERPRISE_LOGIN
        rank = len(found[place.kind])
        if rank > 1:
            login = cast.Login(f"{login.key}{rank}", login.role, login.name)
        clerks[made.pk] = cast.open_login(login, code, at=at, organisation_id=made.pk)
    return found["provider"], found["enterprise"], clerks


def _people(
    code: str, towns: list[str], intake: Actor, at: datetime
) -> tuple[list[tuple[int, str]], dict[int, str]]:
    invented = people(int(code) % 97, code, towns, PEOPLE_EACH)
    rows = [PersonRow("identity", p.number, p.name, p.phone, p.town_code) for p in invented]
    registered = registry.register_people(rows=rows, actor=SYSTEM, at=at)
    persons = [(registered[p.number].pk, p.name) for p in invented]
    accounts = [
        AccountRow(pk, p.name, p.bank, p.account) for (pk, _), p in zip(persons, invented, strict=True)
    ]
    registry.record_accounts(rows=accounts, actor=SYSTEM, at=at)
    return persons, _tags(code, persons, intake, at)


def _tags(code: str, persons: list[tuple[int, str]], intake: Actor, at: datetime) -> dict[int, str]:
    labels = rulebook_for(code).groups
    dealt = [group for group, weight in zip(GROUPS, WEIGHTS, strict=True) for _ in range(weight)]
    rows = []
    group_of: dict[int, str] = {}
    for n, (pk, _) in enumerate(persons):
        group = dealt[(n * 37) % len(dealt)]
        group_of[pk] = group if group in labels else ""
        if group_of[pk]:
            proof = f"{labels[group].label}名册第{n + 1}号"
            rows.append(TagRow(pk, group, date(2019, 1, 1), None, proof, labels[group].department))
    registry.tag_groups(rows=rows, actor=intake, at=at)
    return group_of


def _pools(code: str, finance: Actor, at: datetime) -> None:
    for year in (2020, 2021):
        day = date(year, 1, 20)
        moment = at.replace(year=year, month=1, day=20)
        for pool in open_pools(district_id=code, year=year, actor=finance, at=moment):
            amount = BUDGET_FEN.get(pool.source)
            if amount:
                funds.appropriate(
                    pool_id=pool.pk, amount_fen=amount, memo=f"{year}年{pool.label}预算下达",
                    basis=f"区财政局{year}年预算批复（演示数据）", actor=finance, at=moment, on=day,
                )  # fmt: skip
    for year, opening, drawn, benefits in ((2019, 92, 12, 31), (2020, 88, 16, 34), (2021, 66, 10, 36)):
        funds.record_fund_year(
            district_id=code, year=year, opening_fen=opening * 10**8, drawn_fen=drawn * 10**8,
            benefits_fen=benefits * 10**8, source="演示数据", actor=finance, at=at.replace(year=2021, month=5),
        )  # fmt: skip
