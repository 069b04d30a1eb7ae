"""提单: who may ask for what for whom, what is merged, and what becomes of an order that waits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.cast import AT, cast, make_district, make_person, outsider
from tests.chain_cast import FIRST_DAY, make_occupation, make_order, make_staff_order
from tests.orders.subsidy.chain import both, refusal
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.occupations.models import OccupationLink
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.actions.keeping import (
    expire_orders,
    match_order,
    refile_order,
    refuse_order,
    withdraw_order,
)
from wudan.orders.demand.actions.merging import merge
from wudan.orders.demand.models import Order
from wudan.orders.demand.queries.orders import demand_by_occupation, unmet, visible_orders
from wudan.organisations.models import Organisation
from wudan.people.queries import archive_of

pytestmark = pytest.mark.django_db
TODAY = date(2020, 11, 16)
WINDOW = (FIRST_DAY, FIRST_DAY + timedelta(days=90))


def filing(tez, **given):
    kept = {
        "district_id": tez.code, "filed_by": "person", "person_id": tez.person.pk, "wish": "想学电焊", "wanted": WINDOW,
        "actor": tez.worker, "at": AT,
    }  # fmt: skip
    return kept | given


def test_a_worker_files_in_own_words_and_it_stands_in_the_archive():
    tez = cast()
    order = file_order(**filing(tez, town_code="370405001"))
    order.refresh_from_db()
    assert (order.state, order.occupation, order.heads, order.filed_by) == ("filed", None, 1, "person")
    assert order.number == f"T3704052020{order.pk:07d}" and order.filed_by_user == tez.worker.user_id
    assert order.expires_on == WINDOW[1] - timedelta(days=1)
    (line,) = archive_of(tez.person.pk)
    assert (line.subject, line.event, line.title) == (f"order:{order.pk}", "filed", "提单：想学电焊")


def test_a_matched_order_takes_the_lowest_level_where_none_is_said_and_the_persons_own_line():
    tez = cast()
    order = make_order(tez, level=0)
    assert (order.state, order.level, order.line) == ("matched", 5, "general")


def test_validity_ends_after_its_days_when_the_wished_window_is_longer():
    tez = cast()
    order = make_order(tez, wanted=(TODAY, TODAY + timedelta(days=365)))
    assert order.expires_on == TODAY + timedelta(days=180)


@pytest.mark.parametrize(("days", "code"), [(10, ""), (9, "bad-window")])
def test_a_window_must_leave_ten_days(days, code):
    tez = cast()
    given = filing(tez, wanted=(date(2020, 1, 1), TODAY + timedelta(days=days)))
    assert (refusal(file_order, **given).code if code else file_order(**given).state) == (code or "filed")


@pytest.mark.parametrize(("ahead", "code"), [(180, ""), (181, "too-early")])
def test_a_wish_for_a_time_beyond_the_validity_comes_too_early(ahead, code):
    tez = cast()
    start = TODAY + timedelta(days=ahead)
    given = filing(tez, wanted=(start, start + timedelta(days=30)))
    assert (refusal(file_order, **given).code if code else file_order(**given).state) == (code or "filed")


def test_what_does_not_exist_is_refused_beside_its_field():
    tez = cast()
    weld = make_occupation().pk
    for changes, code, where in [
        ({"occupation_id": weld, "level": 1}, "bad-level", "level"),
        ({"occupation_id": 10**9}, "no-occupation", "wish"),
        ({"wish": "  "}, "no-wish", "wish"),
        ({"line": "pre_job"}, "bad-line", "line"),
        ({"town_code": "370306001"}, "bad-town", "town"),
        ({"mode": "fax"}, "bad-mode", "mode"),
    ]:
        no = refusal(file_order, **filing(tez, **changes))
        assert (no.code, no.field) == (code, where)
    assert not Order.objects.exists()


def test_nobody_files_for_somebody_else_in_the_wrong_way():
    tez = cast()
    other = make_person(77, name="李四")
    for given in (
        filing(tez, person_id=other.pk),
        filing(tez, filed_by="town", consent="本人到场签字"),
        filing(tez, actor=outsider(tez, "town"), filed_by="town", consent="本人到场签字"),
        filing(tez, actor=tez.provider_clerk),
        filing(tez, actor=outsider(tez, "enterprise"), filed_by="enterprise", person_id=None, organisation_id=tez.enterprise.pk),
        filing(tez, organisation_id=tez.enterprise.pk),
    ):  # fmt: skip
        assert refusal(file_order, **given).code == "forbidden"


def test_a_town_clerk_files_with_recorded_consent_only():
    tez = cast()
    given = filing(tez, filed_by="town", actor=tez.town, town_code="370405001")
    assert refusal(file_order, **given, consent=" 是 ").code == "no-consent"
    order = file_order(**given, consent="本人到场签字同意")
    assert (order.filed_by, order.consent, order.filed_by_user) == (
        "town",
        "本人到场签字同意",
        tez.town.user_id,
    )


def test_an_enterprise_files_for_heads_and_not_the_same_twice():
    tez = cast()
    order = make_staff_order(tez, 30, line="pre_job")
    assert (order.heads, order.organisation_id, order.person_id) == (30, tez.enterprise.pk, None)
    no = refusal(make_staff_order, tez=tez, heads=30, line="pre_job")
    assert (no.code, order.number in no.sentence) == ("order-again", True)
    assert make_staff_order(tez, 31, line="pre_job").heads == 31
    assert refusal(make_staff_order, tez=tez, heads=5001).code == "bad-heads"
    with acting(actor=SYSTEM, at=AT, basis="测试"):
        Organisation.objects.filter(pk=tez.enterprise.pk).update(suspended=True)
    assert refusal(make_staff_order, tez=tez, heads=5).code == "organisation-suspended"


def test_the_same_wish_by_another_route_is_merged_and_its_time_counts():
    tez = cast()
    first = make_order(tez)
    later = (FIRST_DAY + timedelta(days=30), FIRST_DAY + timedelta(days=120))
    kept = file_order(
        **filing(
            tez, filed_by="town", actor=tez.town, consent="本人到场签字", occupation_id=first.occupation_id, level=5,
            town_code="370405100", wanted=later,
        )
    )  # fmt: skip
    assert kept.pk == first.pk
    kept.refresh_from_db()
    assert (kept.town_id, kept.wanted.lower, kept.state) == ("370405100", later[0], "matched")
    trace = Order.objects.get(state="merged")
    assert (trace.merged_into_id, trace.filed_by, trace.occupation_id) == (
        first.pk,
        "town",
        first.occupation_id,
    )


def test_one_occupation_in_two_editions_is_one():
    tez = cast()
    old = make_occupation("电焊工", "6-04-02-05", edition="1999")
    new = make_occupation()
    with acting(actor=SYSTEM, at=AT, basis="测试"):
        OccupationLink.objects.create(old=old, new=new, kind="same", source="测试")
    first = make_order(tez, occupation=new)
    assert make_order(tez, occupation=old).pk == first.pk
    assert make_order(tez, occupation=old, level=4).pk != first.pk


def test_the_same_words_later_with_their_occupation_match_the_older_order():
    tez = cast()
    words = file_order(**filing(tez))
    matched = make_order(tez)
    assert (matched.pk, matched.state) == (words.pk, "matched")
    assert Order.objects.filter(state="merged").count() == 1


def test_a_wish_is_confirmed_once_it_is_clear_what_it_means():
    tez = cast()
    order = file_order(**filing(tez))
    weld = make_occupation()
    assert (
        refusal(
            match_order, order_id=order.pk, occupation_id=weld.pk, actor=outsider(tez, "worker"), at=AT
        ).code
        == "forbidden"
    )
    assert (
        refusal(
            match_order, order_id=order.pk, occupation_id=weld.pk, actor=outsider(tez, "intake"), at=AT
        ).code
        == "forbidden"
    )
    assert (
        refusal(match_order, order_id=order.pk, occupation_id=weld.pk, level=1, actor=tez.intake, at=AT).code
        == "bad-level"
    )
    done = match_order(order_id=order.pk, occupation_id=weld.pk, level=4, actor=tez.worker, at=AT)
    assert (done.state, done.occupation_id, done.level) == ("matched", weld.pk, 4)
    other = file_order(**filing(tez, wish="想学烧电焊"))
    assert (
        match_order(order_id=other.pk, occupation_id=weld.pk, level=4, actor=tez.intake, at=AT).pk == order.pk
    )
    assert Order.objects.get(pk=other.pk).state == "merged"


def test_two_wordings_of_one_wish_can_be_put_together_by_hand():
    tez = cast()
    one, two = file_order(**filing(tez)), file_order(**filing(tez, wish="焊接"))
    stranger = make_order(tez, make_person(78, name="李四"))
    assert (
        refusal(merge, order_id=two.pk, into_id=stranger.pk, actor=tez.intake, at=AT).code == "not-one-person"
    )
    assert (
        refusal(merge, order_id=two.pk, into_id=one.pk, actor=outsider(tez, "intake"), at=AT).code
        == "forbidden"
    )
    assert merge(order_id=two.pk, into_id=one.pk, actor=tez.worker, at=AT).pk == one.pk


def test_withdrawn_and_filed_again():
    tez = cast()
    order = make_order(tez)
    assert (
        refusal(withdraw_order, order_id=order.pk, actor=outsider(tez, "worker"), at=AT).code == "forbidden"
    )
    assert refusal(withdraw_order, order_id=order.pk, actor=tez.provider_clerk, at=AT).code == "forbidden"
    assert withdraw_order(order_id=order.pk, reason="没有时间", actor=tez.worker, at=AT).state == "withdrawn"
    assert refusal(withdraw_order, order_id=order.pk, actor=tez.worker, at=AT).code == "wrong-state"
    again = refile_order(order_id=order.pk, wanted=WINDOW, level=4, actor=tez.worker, at=AT)
    assert (again.state, again.level, again.reason) == ("matched", 4, "")
    withdraw_order(order_id=order.pk, actor=tez.worker, at=AT)
    make_order(tez, level=4)
    no = refusal(refile_order, order_id=order.pk, wanted=WINDOW, actor=tez.worker, at=AT)
    assert no.code == "order_once"


def test_an_unclear_wish_is_filed_again_with_its_occupation():
    tez = cast()
    order = file_order(**filing(tez))
    withdraw_order(order_id=order.pk, actor=tez.worker, at=AT)
    assert (
        refusal(refile_order, order_id=order.pk, wanted=WINDOW, actor=tez.worker, at=AT).code
        == "needs-occupation"
    )
    done = refile_order(
        order_id=order.pk, wanted=WINDOW, occupation_id=make_occupation().pk, actor=tez.worker, at=AT
    )
    assert done.state == "matched"


def test_refused_with_the_reason_the_person_reads():
    tez = cast()
    order = make_order(tez)
    assert (
        refusal(refuse_order, order_id=order.pk, reason="不行", actor=tez.intake, at=AT).code == "no-reason"
    )
    why = "本区没有这个职业的培训机构"
    assert (
        refusal(refuse_order, order_id=order.pk, reason=why, actor=outsider(tez, "reviewer"), at=AT).code
        == "forbidden"
    )
    assert refusal(refuse_order, order_id=order.pk, reason=why, actor=tez.town, at=AT).code == "forbidden"
    done = refuse_order(order_id=order.pk, reason=why, actor=tez.intake, at=AT)
    assert (done.state, done.reason) == ("refused", why)


def test_an_order_waits_through_its_last_day():
    tez = cast()
    order = make_order(tez)
    last = AT + (order.expires_on - TODAY) * 1
    assert expire_orders(at=last) == 0
    assert expire_orders(at=last + timedelta(days=1)) == 1
    assert expire_orders(at=last + timedelta(days=1)) == 0
    order.refresh_from_db()
    assert order.state == "expired" and order.reason
    assert refusal(expire_orders, at=AT, actor=tez.intake).code == "forbidden"


def test_who_sees_which_orders():
    tez = cast()
    mine = make_order(tez)
    staff = make_staff_order(tez, 30)
    elsewhere = make_order(tez, make_person(79, name="李四", town_id="370405100"))
    seen = {
        "worker": {mine.pk}, "enterprise_clerk": {staff.pk}, "intake": {mine.pk, staff.pk, elsewhere.pk},
        "town": {mine.pk}, "provider_clerk": set(),
    }  # fmt: skip
    for who, orders in seen.items():
        assert set(visible_orders(getattr(tez, who)).values_list("pk", flat=True)) == orders, who
    for kind in ("worker", "enterprise", "intake", "town"):
        assert not visible_orders(outsider(tez, kind)).exists()


def test_demand_is_added_up_by_occupation_level_and_town():
    tez = cast()
    make_order(tez, town_code="370405001")
    make_order(tez, make_person(80, name="李四"), town_code="370405001")
    make_staff_order(tez, 30)
    file_order(**filing(tez, wish="开挖掘机"))
    found = [
        (d.occupation.name, d.level, d.town.code if d.town else "", d.heads)
        for d in demand_by_occupation(tez.code, TODAY)
    ]
    assert found == [("焊工", 5, "", 30), ("焊工", 5, "370405001", 2)]
    assert demand_by_occupation(make_district("370306").code, TODAY) == []
    assert demand_by_occupation(tez.code, FIRST_DAY + timedelta(days=90)) == []
    rows = [
        (u.occupation.name if u.occupation else "", u.heads, u.by_town) for u in unmet(tez.intake, on=TODAY)
    ]
    assert rows == [("焊工", 32, {"370405001": 2, "": 30}), ("", 1, {"": 1})]


@pytest.mark.django_db(transaction=True)
def test_a_race_of_two_routes_gives_one_order():
    tez = cast(pools=False)
    weld = make_occupation().pk
    by_town = filing(
        tez, filed_by="town", actor=tez.town, consent="本人到场签字", occupation_id=weld, level=5
    )
    by_self = filing(tez, occupation_id=weld, level=5)
    assert both(lambda: file_order(**by_self), lambda: file_order(**by_town)) == ["done", "done"]
    assert sorted(Order.objects.values_list("state", flat=True)) == ["matched", "merged"]


@pytest.mark.django_db(transaction=True)
def test_a_double_click_of_an_enterprise_gives_one_order():
    tez = cast(pools=False)
    make_occupation()
    assert both(lambda: make_staff_order(tez, 30), lambda: make_staff_order(tez, 30)) == [
        "done",
        "order-again",
    ]
    assert Order.objects.count() == 1


def test_one_persons_two_districts_are_told_apart_by_the_constraint():
    tez, zc = cast(), cast("370306")
    order = make_order(tez)
    person = tez.person
    with pytest.raises(Refused) as no:
        file_order(
            district_id=zc.code, filed_by="person", person_id=person.pk, wish="电焊", occupation_id=order.occupation_id, level=5,
            wanted=WINDOW, actor=tez.worker, at=AT,
        )  # fmt: skip
    assert no.value.refusal.code == "order_once"
