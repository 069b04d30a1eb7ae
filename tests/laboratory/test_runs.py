"""Trying a draft on the district's claims: what is counted, who is touched, when the money ends; and that nothing is touched."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.cast import AT, SHANGHAI, Cast, cast, make_person, outsider
from tests.orders.subsidy.chain import both, refusal, second_passed, submitted
from tests.own_columns import with_own_columns
from tests.policy.test_drafts import by_form, copied, table
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.history import acting
from wudan.kernel.models import OutboxEvent
from wudan.laboratory import actions
from wudan.laboratory.actions import start_run, work_run
from wudan.laboratory.facts import months_between
from wudan.laboratory.models import Change, Run
from wudan.laboratory.money import month_after, outlook
from wudan.laboratory.queries import changes_of, choosable_years, run_of
from wudan.orders.subsidy.actions.correcting import withdraw
from wudan.orders.subsidy.actions.reviewing import reject
from wudan.orders.subsidy.forms import Override
from wudan.orders.subsidy.models import Claim
from wudan.policy.drafts.actions import save_entry, save_file
from wudan.policy.drafts.entries import Wanted
from wudan.policy.drafts.queries import files_of
from wudan.policy.models import Draft, Evaluation

LEVEL_5 = {"level": 5}


@pytest.fixture
def tez(db: None) -> Cast:
    return cast("370405")


def raised(tez: Cast, **rows: str) -> Draft:
    """A draft with other sums by level."""
    draft = copied(tez)
    save_entry(**by_form(draft, table(draft, **rows)), actor=tez.policy)
    draft.refresh_from_db()
    return draft


def tried(tez: Cast, draft: Draft, *years: int) -> Run:
    run = start_run(draft_id=draft.pk, years=years or (2020,), actor=tez.policy, at=AT)
    return work_run(run_id=run.pk, at=AT)


def row(run: Run, table_name: str, key: str) -> dict[str, Any]:
    return next(r for r in run.figures["tables"][table_name] if r["key"] == key)


def test_a_draft_reads_what_was_answered_in_columns_of_the_rulebooks_own(tez: Cast) -> None:
    with_own_columns(tez)
    for n, months in enumerate((11, 24, None)):
        submitted(
            tez,
            make_person(10 + n, name=f"赵五{n}"),
            own={} if months is None else {"contract_months": months},
        )
    draft = copied(tez)
    text = files_of(draft.pk)["notice12.yaml"].replace("contract_months >= 12", "contract_months >= 25")
    save_file(draft_id=draft.pk, revision=0, name="notice12.yaml", text=text, actor=tez.policy, at=AT)
    draft.refresh_from_db()
    run = tried(tez, draft)
    assert (run.state, run.claims) == ("done", 3)
    [moved] = changes_of(tez.policy, run.pk)
    assert (moved.claim.own, moved.before_outcome, moved.after_outcome) == (
        {"contract_months": 24},
        "approved",
        "rejected",
    )
    assert moved.after_reasons == ["short-contract"]


def test_heads_and_money_today_against_the_draft(tez: Cast) -> None:
    town = next(iter(tez.towns))
    for n in range(3):
        submitted(tez, make_person(10 + n, name=f"赵五{n}", town_id=town), **LEVEL_5)
    submitted(tez, make_person(20, name="钱四"))  # level 4, 1,500 yuan
    before = list(Claim.objects.order_by("pk").values()), Evaluation.objects.count()
    run = tried(tez, raised(tez, l5="1200元", l4="1400元"))
    assert (run.state, run.claims, run.percent) == ("done", 4, 100)
    assert row(run, "level", "5") == {
        "key": "5",
        "label": "初级工",
        "before": [3, 300_000],
        "after": [3, 360_000],
    }
    assert row(run, "level", "4")["after"] == [1, 140_000]
    sums = row(run, "scheme", "training")
    assert (sums["before"], sums["after"]) == ([4, 450_000], [4, 500_000])
    assert row(run, "town", town)["after"] == [3, 360_000] and row(run, "month", "2020-11")["before"] == [
        4,
        450_000,
    ]
    assert run.figures["changed"]["gain"] == [3, 60_000] and run.figures["changed"]["lose"] == [1, -10_000]
    found = list(changes_of(tez.policy, run.pk).order_by("-delta_fen"))
    assert [c.delta_fen for c in found] == [20_000, 20_000, 20_000, -10_000]
    assert (found[-1].before_fen, found[-1].after_fen, found[-1].claim.level) == (150_000, 140_000, 4)
    assert (
        list(Claim.objects.order_by("pk").values()) == before[0] and Evaluation.objects.count() == before[1]
    )


@pytest.mark.parametrize(("first", "claims", "delta"), [("2020-09-01", 1, 50_000), ("2020-09-02", 0, 0)])
def test_a_run_says_how_many_claims_fall_under_what_changed(
    tez: Cast, first: str, claims: int, delta: int
) -> None:
    submitted(tez)  # 中级, its class begins on 1 September
    draft = copied(tez)
    rows = (("5", "1000元"), ("4", "2000元"), ("3", "2000元"))
    wanted = Wanted(rows=rows, source="区人社局通知", valid_from=first)
    save_entry(**by_form(draft, wanted, "new"), actor=tez.policy)
    draft.refresh_from_db()
    run = tried(tez, draft)
    assert run.figures["touched"] == {"since": first, "claims": claims}
    assert sum(one.delta_fen for one in changes_of(tez.policy, run.pk)) == delta


def test_a_draft_that_says_the_same_touches_nothing(tez: Cast) -> None:
    submitted(tez)
    assert tried(tez, copied(tez)).figures["touched"] is None


def test_a_rule_refuses_and_the_sum_goes(tez: Cast) -> None:
    submitted(tez, make_person(30, name="孙三"), **LEVEL_5)
    draft = copied(tez)
    text = files_of(draft.pk)["values.yaml"].replace("value: 2021-12-31", "value: 2020-08-31")
    save_file(draft_id=draft.pk, revision=0, name="values.yaml", text=text, actor=tez.policy, at=AT)
    run = tried(tez, draft)
    assert run.figures["changed"]["no_longer"] == [1, -100_000]
    (change,) = changes_of(tez.policy, run.pk, "no_longer")
    assert (change.after_outcome, change.after_reasons) == ("rejected", ["outside-period"])
    assert row(run, "outcome", "rejected")["after"][0] == 1


def test_what_people_decided_stays_and_what_is_gone_is_left_out(tez: Cast) -> None:
    gone = submitted(tez, make_person(40, name="甲一"), **LEVEL_5)
    withdraw(claim_id=gone.pk, actor=tez.provider_clerk, at=AT, comment="重复了")
    hand = submitted(tez, make_person(41, name="甲二"), **LEVEL_5)
    reject(claim_id=hand.pk, actor=tez.intake, at=AT, comment="查无此班")
    by_hand = second_passed(
        tez, make_person(42, name="甲三"), **LEVEL_5,
        review={"override": Override(amount_fen=70_000, reason="会议决定", document="会议纪要1号")},
    )  # fmt: skip
    submitted(tez, make_person(43, name="甲四"), **LEVEL_5)
    run = tried(tez, raised(tez, l5="1200元"))
    assert (run.figures["left_out"], run.figures["fixed"], run.claims) == (2, 1, 2)
    assert row(run, "level", "5")["before"] == [2, 170_000] and row(run, "level", "5")["after"] == [
        2,
        190_000,
    ]
    assert not Change.objects.filter(claim=by_hand).exists()


def test_what_was_paid_in_another_year_counts_against_the_limits(tez: Cast) -> None:
    who = make_person(50, name="乙一")
    second_passed(tez, who, **LEVEL_5)
    with acting(actor=tez.system, at=AT, basis="测试"):
        Claim.objects.update(applied_at=datetime(2019, 11, 1, tzinfo=SHANGHAI))
    submitted(tez, who, **LEVEL_5, class_id="另一个班", started_on=date(2020, 10, 8), ended_on=date(2020, 10, 20))  # fmt: skip
    assert choosable_years(tez.policy) == [(2020, 1), (2019, 1)]
    run = tried(tez, raised(tez, l5="1200元"), 2020)
    assert (run.claims, run.figures["history"]) == (1, 1)
    assert row(run, "outcome", "rejected")["before"][0] == 1  # the same occupation and level was paid in 2019
    both_years = tried(tez, Draft.objects.get(), 2019, 2020)
    assert (both_years.claims, both_years.figures["history"]) == (2, 0)


def test_refused(tez: Cast) -> None:
    draft = copied(tez)
    given = {"draft_id": draft.pk, "at": AT, "actor": tez.policy}
    assert refusal(start_run, **given, years=[]).code == "needs-years"
    assert refusal(start_run, **given, years=[2020]).code == "nothing-to-try"
    submitted(tez)
    for somebody in (tez.reviewer, outsider(tez, "policy")):
        assert refusal(start_run, **{**given, "actor": somebody}, years=[2020]).code == "forbidden"
    run = start_run(**given, years=[2020])
    assert refusal(start_run, **given, years=[2020]).code == "run_one_at_a_time"
    assert run_of(outsider(tez, "policy"), run.pk) is None and run_of(tez.reviewer, run.pk) is None
    assert not changes_of(outsider(tez, "policy"), work_run(run_id=run.pk, at=AT).pk).exists()
    save_file(draft_id=draft.pk, revision=0, name="values.yaml", text="values: {", actor=tez.policy, at=AT)
    assert refusal(start_run, **given, years=[2020]).code == "does-not-load"
    with pytest.raises(DatabaseError, match="试算不能由"), transaction.atomic():
        Run.objects.update(state="waiting")


def test_many_claims_go_to_the_queue(tez: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 0)
    submitted(tez)
    run = start_run(draft_id=copied(tez).pk, years=[2020], actor=tez.policy, at=AT)
    assert OutboxEvent.objects.get(topic="laboratory:run").payload == {"run": run.pk}
    HANDLERS["laboratory:run"]({"run": run.pk}, AT)
    done = Run.objects.get()
    assert done.state == "done" and work_run(run_id=run.pk, at=AT).figures == done.figures  # again: nothing


def test_a_run_that_breaks_says_so(tez: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    submitted(tez)
    run = start_run(draft_id=copied(tez).pk, years=[2020], actor=tez.policy, at=AT)

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(actions, "decide_table", broken)
    with pytest.raises(RuntimeError):
        work_run(run_id=run.pk, at=AT)
    run.refresh_from_db()
    assert run.state == "failed" and "没有得出结果" in run.problem
    assert start_run(draft_id=run.draft_id, years=[2020], actor=tez.policy, at=AT).state == "waiting"


def test_when_a_pool_runs_dry(tez: Cast) -> None:
    rows = [
        {
            "key": "unemployment_insurance",
            "label": "失业保险基金专账",
            "before": [10, 220_000_000],
            "after": [10, 440_000_000],
        }
    ]
    found = outlook(tez.code, rows, 11, date(2020, 11, 16))
    pool = next(p for p in found["pools"] if p["source"] == "unemployment_insurance")
    assert pool["left_fen"] == 100_000_000  # 1 million yuan; 200,000 a month today, 400,000 under the draft
    assert (pool["before"]["monthly_fen"], pool["before"]["lasts"], pool["before"]["month"]) == (
        20_000_000,
        5,
        "2021-04",
    )
    assert (pool["after"]["lasts"], pool["after"]["tenths"], pool["after"]["month"]) == (2, 25, "2021-01")
    idle = next(p for p in found["pools"] if p["source"] == "startup_support")
    assert idle["before"]["lasts"] is None and not any(
        p["source"] == "staff_education" for p in found["pools"]
    )
    assert (months_between([2019, 2020, 2021], date(2020, 11, 16)), month_after(date(2020, 11, 1), 14)) == (
        23,
        "2022-01",
    )


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_are_one() -> None:
    tez = cast("370405")
    submitted(tez)
    draft = copied(tez)
    calls = [lambda: start_run(draft_id=draft.pk, years=[2020], actor=tez.policy, at=AT)] * 2
    assert both(*calls) == ["done", "run_one_at_a_time"]
