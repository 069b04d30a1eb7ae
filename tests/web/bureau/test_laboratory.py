"""The laboratory's pages: copy, change by form and text, cases, trial, proposal, approval; for nobody but policy officers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import python_calamine
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, make_actor, make_person, outsider
from tests.orders.subsidy.chain import submitted
from tests.policy.test_drafts import NOTICE, TODAY, copied, proposed, raised
from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.laboratory.models import Run
from wudan.policy.drafts import releasing
from wudan.policy.drafts.queries import files_of
from wudan.policy.models import Draft, Enactment

As = Callable[[Actor], Client]


def url(name: str, *args: object) -> str:
    return reverse(f"bureau:{name}", args=args)


@pytest.fixture
def second(tez: Cast) -> Actor:
    return make_actor(Role.POLICY, district_id=tez.code, username="policy-second")


def test_nobody_else_gets_in(as_: As, tez: Cast) -> None:
    draft = copied(tez)
    paths = [
        url("laboratory"),
        *(url(f"lab_{name}", draft.pk) for name in ("draft", "values", "cases", "differences", "add")),
    ]
    paths += [
        url("lab_file", draft.pk, "values.yaml"),
        url("lab_entry", draft.pk, "values", "yearly_max", "only"),
    ]
    for who in (tez.intake, tez.reviewer, tez.supervisor, tez.provider_clerk):
        assert {as_(who).get(path).status_code for path in paths} == {403}
    stranger = as_(outsider(tez, "policy"))
    assert [stranger.get(path).status_code for path in paths] == [200] + [404] * (len(paths) - 1)
    client = as_(tez.policy)
    assert {client.get(path).status_code for path in paths} == {200}
    assert "政策实验室" in client.get("/bureau/policy/").content.decode()  # its navigation entry


def test_copy_change_by_form_and_look(as_: As, tez: Cast) -> None:
    client = as_(tez.policy)
    assert "还没有草案" in client.get(url("laboratory")).content.decode()
    assert client.post(url("lab_new"), {"title": "x"}).status_code == 422
    answer = client.post(url("lab_new"), {"title": "提高初级工标准"}, follow=True)
    draft = Draft.objects.get()
    assert answer.redirect_chain[-1][0] == url("lab_draft", draft.pk)
    assert "还没有修改" in answer.content.decode()
    page = client.get(url("lab_values", draft.pk)).content.decode()
    assert "初级工 1000元，中级工 1500元，高级工 2000元" in page and "每人每年补贴次数上限" in page
    edit = url("lab_entry", draft.pk, "tables", "level_standard", "only")
    form = client.get(edit).context["form"]
    posted = {name: form.initial.get(name, form.fields[name].initial) or "" for name in form.fields}
    posted |= {"row:5": "1200元", "revision": "0"}
    bad = client.post(edit, {**posted, "row:5": "一千二"})
    assert bad.status_code == 422 and "不是数" in bad.content.decode()
    assert "只写一个" in client.post(edit, {**posted, "source": "会议决定"}).content.decode()
    client.post(edit, posted)
    assert "{5: 1200元, 4: 1500元, 3: 2000元}" in files_of(draft.pk)["values.yaml"]
    page = client.get(url("lab_values", draft.pk) + "?q=按等级").content.decode()
    assert "已改" in page and "原为 初级工 1000元" in page and "每人每年补贴次数上限" not in page
    page = client.get(url("lab_draft", draft.pk)).content.decode()
    assert "案例不符" in page and "按等级的补贴标准" in page
    stale = client.post(edit, posted)
    assert stale.status_code == 422 and "没有保存" in stale.content.decode()
    assert 'name="revision" value="0"' in stale.content.decode()  # pressing again does not overwrite either


def test_a_list_is_ticked_and_keeps_its_order(as_: As, tez: Cast) -> None:
    client, draft = as_(tez.policy), copied(tez)
    edit = url("lab_entry", draft.pk, "values", "pre_job_certificates", "only")
    form = client.get(edit).context["form"]
    posted = {name: form.initial.get(name, "") for name in form.fields} | {"revision": "0"}
    client.post(edit, {**posted, "chosen": ["completion", "special_ability", "qualification"]})
    assert "value: [qualification, special_ability, completion]" in files_of(draft.pk)["values.yaml"]


def test_cases_are_looked_at_and_accepted(as_: As, tez: Cast) -> None:
    client, draft = as_(tez.policy), copied(tez)
    text = files_of(draft.pk)["values.yaml"].replace("value: 1600元", "value: 1700元")
    client.post(url("lab_file", draft.pk, "values.yaml"), {"text": text, "revision": "0"})
    page = client.get(url("lab_cases", draft.pk))
    rows = page.context["rows"]
    assert (
        rows and {r["found"].split("，")[1] for r in rows} == {"1700元"} and "1600元" in page.content.decode()
    )
    answer = client.post(
        url("lab_cases", draft.pk), {"selected": [r["key"] for r in rows], "revision": "1"}, follow=True
    )
    assert "案例全部相符" in answer.content.decode()


def test_text_is_checked_while_typing_and_saved_as_it_is(as_: As, tez: Cast) -> None:
    client, draft = as_(tez.policy), copied(tez)
    text = files_of(draft.pk)["schemes.yaml"].replace("given(certificate_type)", "given(certificat_type)", 1)
    line = next(n for n, words in enumerate(text.splitlines(), 1) if "certificat_type" in words)
    answer = client.post(
        url("lab_check", draft.pk), {"name": "schemes.yaml", "text": text}, headers={"HX-Request": "true"}
    )
    assert f'data-line="{line}"' in answer.content.decode() and "certificat_type" in answer.content.decode()
    assert files_of(draft.pk)["schemes.yaml"] != text  # nothing saved by asking
    page = client.post(
        url("lab_file", draft.pk, "schemes.yaml"), {"text": text, "revision": "0"}, follow=True
    ).content.decode()
    assert "已保存，但还有1处问题" in page
    assert "需要改正的地方" in client.get(url("lab_draft", draft.pk)).content.decode()
    refused = client.post(url("lab_start", draft.pk), {"years": "2020"})
    assert refused.status_code == 409 and "不能试算" in refused.content.decode()
    assert (
        client.get(url("lab_cases", draft.pk)).status_code
        == client.get(url("lab_differences", draft.pk)).status_code
        == 200
    )


@pytest.mark.parametrize("kind", ["condition", "limit", "unique", "exclusion", "cap", "overlap"])
def test_every_template_loads_once_its_words_are_filled_in(as_: As, tez: Cast, kind: str) -> None:
    client, draft = as_(tez.policy), copied(tez)
    form = client.get(url("lab_add", draft.pk) + f"?kind={kind}").context["form"]
    answer = client.post(url("lab_add", draft.pk), {**form.initial, "revision": "0"}, follow=True)
    draft.refresh_from_db()
    assert draft.problems == [] and form.initial["name"] in answer.content.decode()


def test_the_amount_template_says_where_the_amount_already_is(as_: As, tez: Cast) -> None:
    client, draft = as_(tez.policy), copied(tez)
    form = client.get(url("lab_add", draft.pk) + "?kind=amount").context["form"]
    answer = client.post(url("lab_check", draft.pk), form.initial, headers={"HX-Request": "true"})
    assert "只能有一条" in answer.content.decode()


def test_a_trial_is_read_listed_and_taken_away(as_: As, tez: Cast) -> None:
    submitted(tez, make_person(60, name="赵小六"), level=5)
    client, draft = as_(tez.policy), copied(tez)
    text = files_of(draft.pk)["values.yaml"].replace("{5: 1000元", "{5: 1200元")
    client.post(url("lab_file", draft.pk, "values.yaml"), {"text": text, "revision": "0"})
    answer = client.post(url("lab_start", draft.pk), {"years": ["2020"]}, follow=True)
    run = Run.objects.get()
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == url("lab_run", run.pk) and run.state == "done"
    assert "＋200元" in page.replace("</span>", "").replace(" ", "") or "＋200" in page
    assert "失业保险基金专账" in page and "÷ 11个月" in page
    listed = client.get(url("lab_changes", run.pk) + "?side=gain").content.decode()
    assert "赵*六" in listed and "赵小六" not in listed and "¥200.00" in listed
    assert "没有受影响的申请" in client.get(url("lab_changes", run.pk) + "?side=lose").content.decode()
    file = BytesIO(b"".join(client.get(url("lab_run_export", run.pk)).streaming_content))  # type: ignore[attr-defined]
    book = python_calamine.load_workbook(file)
    assert book.get_sheet_by_name("按等级").to_python()[3] == ["初级工", 1, 1000, 1, 1200, 200]
    assert book.get_sheet_by_name("受影响的申请").to_python()[3][1] == "赵*六"
    other = as_(outsider(tez, "policy"))
    assert {
        other.get(url(name, run.pk)).status_code
        for name in ("lab_run", "lab_changes", "lab_run_export", "lab_run_progress")
    } == {404}


def test_a_run_of_claims_before_the_first_day_says_that_it_shows_nothing(as_: As, tez: Cast) -> None:
    submitted(tez)  # in 2020; the draft pays otherwise from 2021 on
    client, draft = as_(tez.policy), raised(tez)
    page = client.post(url("lab_start", draft.pk), {"years": "2020"}, follow=True).content.decode()
    assert "没有一份申请按改动后的规定核算" in page and "2021年1月1日" in page
    rows = client.get(url("lab_differences", draft.pk)).context["rows"]
    assert len(rows) == 1  # one edit is one difference, with its document and day
    assert (rows[0]["at"].clause, str(rows[0]["at"].valid_from)) == (f"{NOTICE} 一", "2021-01-01")


def test_a_run_that_waits_shows_how_far_it_is(as_: As, tez: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wudan.laboratory.actions.AT_ONCE", 0)
    monkeypatch.setattr("wudan.web.bureau.laboratory.runs.AT_ONCE", 0)
    submitted(tez)
    client, draft = as_(tez.policy), copied(tez)
    page = client.post(url("lab_start", draft.pk), {"years": "2020"}, follow=True).content.decode()
    run = Run.objects.get()
    assert "正在排队" in page and run.state == "waiting"
    Run.objects.update(state="running", percent=65, step="正在按草案核算")
    bar = client.get(url("lab_run_progress", run.pk), headers={"HX-Request": "true"})
    assert "正在按草案核算" in bar.content.decode()
    Run.objects.update(state="failed", problem="没有得出结果。")
    assert client.get(url("lab_run_progress", run.pk), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "这次试算没有完成" in client.get(url("lab_run", run.pk)).content.decode()


def test_proposed_by_one_approved_by_another(as_: As, tez: Cast, second: Actor) -> None:
    client, draft = as_(tez.policy), raised(tez)
    given = {
        "document": NOTICE,
        "valid_from": (TODAY + timedelta(days=1)).isoformat(),
        "number": "2020.2",
        "revision": str(draft.revision),
    }
    taken = client.post(url("lab_propose", draft.pk), {**given, "number": "2020.1"})
    assert taken.status_code == 422 and "已经用过" in taken.content.decode()
    assert "提请批准" in client.post(url("lab_propose", draft.pk), given, follow=True).content.decode()
    draft.refresh_from_db()
    approve = url("lab_act", draft.pk, "approve") + f"?revision={draft.revision}"
    assert client.post(approve).status_code == 403
    assert "须由另一位" in client.get(url("lab_differences", draft.pk)).content.decode()
    other = as_(second)
    assert "等您核对批准" in other.get(url("laboratory")).content.decode()
    page = other.get(url("lab_differences", draft.pk)).content.decode()
    assert "批准发布" in page and NOTICE in page and "1200元" in page
    assert "已发布" in other.post(approve, follow=True).content.decode()
    assert Enactment.objects.get().number == "2020.2"
    assert "尚未施行" in other.get(url("laboratory")).content.decode()
    assert "版本2020.1" in other.get(url("policy")).content.decode()  # its day has not come


def test_a_trial_stays_the_drafts_own_when_a_number_is_given(as_: As, tez: Cast, second: Actor) -> None:
    submitted(tez, make_person(66, name="赵六六"), level=5)
    client, draft = as_(tez.policy), raised(tez)
    client.post(url("lab_start", draft.pk), {"years": ["2020"]})
    releasing.propose(
        draft_id=draft.pk, revision=draft.revision, number="2020.2", document=NOTICE, valid_from=TODAY, actor=tez.policy, at=AT
    )  # fmt: skip
    page = as_(second).get(url("lab_draft", draft.pk)).content.decode()
    assert "开始起草" in page and "试算以后草案又有修改" not in page


def test_sent_back_with_a_reason(as_: As, tez: Cast, second: Actor) -> None:
    draft = proposed(tez)
    client = as_(second)
    assert client.post(url("lab_act", draft.pk, "send_back"), {"reason": ""}).status_code == 422
    assert (
        "退回修改：条款写错"
        in client.post(
            url("lab_act", draft.pk, "send_back"), {"reason": "条款写错"}, follow=True
        ).content.decode()
    )
    assert client.post(url("lab_act", draft.pk, "nothing")).status_code == 404
    assert "已放弃" in client.post(url("lab_act", draft.pk, "drop"), follow=True).content.decode()
