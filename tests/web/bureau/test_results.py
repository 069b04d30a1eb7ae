"""After teaching on the bureau's desk: marks published by a second person, the class concluded, certificates, work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast, outsider
from tests.orders.delivery.finishing import after, assessed, attended, concluded, members_of, planned, row
from wudan.kernel.actor import Actor
from wudan.kernel.models import History
from wudan.orders.delivery.actions.assessing import record_scores
from wudan.orders.delivery.actions.certifying import issue_certificates
from wudan.orders.delivery.actions.employing import EmploymentRow, record_employment
from wudan.orders.delivery.models import Assessment, Certificate, Employment, Score, TrainingClass

pytestmark = pytest.mark.django_db
As = Callable[[Actor], Client]


@pytest.fixture
def later(settings: Any) -> Callable[[Any, int], None]:
    """The pages' clock so many days after the class's last day."""

    def move(held: Any, days: int) -> None:
        settings.WUDAN_CLOCK_SHIFT = after(held, days) - datetime.now(UTC)

    return move


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(f"/bureau/{path}")
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def held_marks(tez: Cast, by: Actor | None = None, **given: Any) -> tuple[TrainingClass, Assessment]:
    held = attended(tez, **given)
    sitting = planned(tez, held)
    rows = [row(m) for m in members_of(held)]
    record_scores(assessment_id=sitting.pk, rows=rows, actor=by or tez.provider_clerk, at=after(held))
    return held, sitting


def test_marks_are_published_by_somebody_else(as_: As, tez: Cast, later: Any) -> None:
    held, sitting = held_marks(tez, tez.intake)
    later(held, 2)
    client = as_(tez.intake)
    shown = text(client, f"results/sittings/{sitting.pk}/")
    assert "成绩是您录入的" in shown and "公布成绩</button>" not in shown
    client.post(f"/bureau/results/sittings/{sitting.pk}/publish/", follow=True)
    sitting.refresh_from_db()
    assert sitting.state == "held"
    client = as_(tez.reviewer)
    assert "results/?stage=publish" in text(client, "") and "stage=conclude" not in text(client, "")
    assert "待公布成绩" in text(client, "results/?stage=publish")
    assert "录入和公布须由两个人办理" in text(client, f"results/sittings/{sitting.pk}/")
    assert client.post(f"/bureau/results/sittings/{sitting.pk}/publish/").status_code == 302
    sitting.refresh_from_db()
    assert sitting.state == "published"


def test_missing_marks_hold_the_button_back(as_: As, tez: Cast, later: Any) -> None:
    held = attended(tez)
    sitting = planned(tez, held)
    first = members_of(held)[0]
    record_scores(assessment_id=sitting.pk, rows=[row(first)], actor=tez.provider_clerk, at=after(held))
    later(held, 2)
    client = as_(tez.reviewer)
    shown = text(client, f"results/sittings/{sitting.pk}/")
    assert held.name in text(client, "results/?stage=enter") and held.name not in text(
        client, "results/?stage=publish"
    )
    assert "3名学员中还有2人没有成绩" in shown and "公布成绩</button>" not in shown
    answer = client.post(f"/bureau/results/sittings/{sitting.pk}/publish/", follow=True)
    assert "还有2名学员没有成绩" in answer.content.decode()


def test_conclude_says_beforehand_who_fails_and_why(as_: As, tez: Cast, later: Any) -> None:
    held = attended(tez, members=6, absent={1: 2})
    assessed(tez, held, [(80, 80), (80, 80), (80, 59)])
    later(held, 3)
    client = as_(tez.intake)
    shown = text(client, f"results/{held.pk}/")
    assert "<b>4</b>人结业，<b>2</b>人不能结业" in shown
    assert "没有达到80%" in shown and "考核不合格" in shown
    client.post(f"/bureau/results/{held.pk}/conclude/")
    held.refresh_from_db()
    assert (held.state, [m.state for m in members_of(held)]) == (
        "closed",
        ["completed", "failed", "failed", *["completed"] * 3],
    )
    assert "待发证" in text(client, "results/")
    assert "由复审岗签发" in text(client, f"results/{held.pk}/")
    assert client.post(f"/bureau/results/{held.pk}/issue/").status_code == 403


def test_issue_and_revoke(as_: As, tez: Cast, later: Any) -> None:
    held = concluded(tez, members=2)
    later(held, 3)
    client = as_(tez.reviewer)
    assert "签发2张证书" in text(client, f"results/{held.pk}/")
    client.post(f"/bureau/results/{held.pk}/issue/")
    one = Certificate.objects.order_by("pk")[0]
    assert one.number in text(client, f"results/{held.pk}/")
    url = f"/bureau/results/certificates/{one.pk}/revoke/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": "假"}).status_code == 422
    assert client.post(url, {"reason": "查实冒名顶替"}).status_code == 302
    one.refresh_from_db()
    assert one.state == "revoked" and client.get(url).status_code == 404
    assert "已撤销" in text(client, f"results/{held.pk}/")
    assert as_(outsider(tez, "reviewer")).get(url).status_code == 404


def test_a_published_mark_is_corrected_with_its_reason(as_: As, tez: Cast, later: Any) -> None:
    held = attended(tez, members=1)
    assessed(tez, held, [(80, 59)])
    later(held, 3)
    score = Score.objects.get()
    url = f"/bureau/results/scores/{score.pk}/"
    assert as_(tez.intake).get(url).status_code == 403
    client = as_(tez.reviewer)
    assert client.get(url).status_code == 200
    assert client.post(url, {"theory": "80", "practice": "61"}).status_code == 422
    assert (
        client.post(url, {"theory": "80", "practice": "101", "reason": "登分错误，见原始评分表"}).status_code
        == 422
    )
    done = client.post(url, {"theory": "80", "practice": "61", "reason": "登分错误，见原始评分表"})
    assert done.status_code == 302
    score.refresh_from_db()
    assert (score.practice_tenths, score.passed) == (610, True)
    assert History.objects.filter(table_name="delivery_score", operation="UPDATE").count() == 1
    assert "登分错误" in text(client, f"results/sittings/{score.assessment_id}/")


def test_the_rate_names_who_tips_it_and_why_each_counts(as_: As, tez: Cast, later: Any) -> None:
    held = concluded(tez, members=7)
    later(held, 60)
    since = held.ended_on + timedelta(days=20)
    rows = [
        EmploymentRow(m.pk, employed=True, since=since, employer_name="纺织公司", kind="contract", proof="insurance", insured_months=1)
        for m in members_of(held)[:5]
    ]  # fmt: skip
    record_employment(class_id=held.pk, rows=rows, actor=tez.intake, at=after(held, 60))
    client = as_(tez.intake)
    listed = text(client, "results/employment/")
    assert held.name in listed and "71.4%" in listed and "还差1人" in listed
    shown = text(client, f"results/{held.pk}/employment/")
    assert "再有一人就业，就达到" in shown and shown.count("影响是否达到") == 2
    assert "没有就业记录" in shown and "缴费1个月" in shown
    sixth = members_of(held)[5].pk
    given = {f"m{sixth}-status": "yes", f"m{sixth}-since": since.isoformat(), f"m{sixth}-kind": "contract"}
    url = f"/bureau/results/{held.pk}/employment/"
    answer = client.post(url, given)
    assert answer.status_code == 422 and "没有填写用人单位" in answer.content.decode()
    assert Employment.objects.count() == 5
    given |= {
        f"m{sixth}-employer_name": "电子公司",
        f"m{sixth}-proof": "contract",
        f"m{sixth}-reference": "2021-6",
    }
    assert client.post(url, given).status_code == 302
    assert "正好是须达到的人数" in text(client, f"results/{held.pk}/employment/")
    assert "已达到" in text(client, "results/employment/")


def test_nobody_of_another_district_sees_any_of_it(as_: As, tez: Cast, later: Any) -> None:
    held, sitting = held_marks(tez)
    later(held, 2)
    client = as_(outsider(tez, "reviewer"))
    for path in (f"results/{held.pk}/", f"results/sittings/{sitting.pk}/", f"results/{held.pk}/employment/"):
        text(client, path, 404)
    assert held.name not in text(client, "results/") + text(client, "results/employment/")
    assert client.post(f"/bureau/results/sittings/{sitting.pk}/publish/").status_code == 404
    assert as_(tez.finance).get("/bureau/results/").status_code == 403


def test_lists_cost_the_same_for_many(
    as_: As, tez: Cast, later: Any, django_assert_max_num_queries: Any
) -> None:
    for n in range(1, 5):
        held = concluded(tez, n=n, members=1)
    issue_certificates(class_id=held.pk, actor=tez.reviewer, at=after(held, 3))
    later(held, 4)
    client = as_(tez.intake)
    for path in ("results/", "results/employment/"):
        with django_assert_max_num_queries(14):
            text(client, path)
