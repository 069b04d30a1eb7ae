"""Rosters as the clerk meets them: upload, faults, what the rules say, submit, result; never another's."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.cast import AT, Cast, outsider
from tests.orders.subsidy.roster.files import rows
from tests.web.provider.making import AUTHORITY, checked, file, uploaded, with_fault
from wudan.accounts.models import User
from wudan.kernel.actor import SYSTEM
from wudan.orders.subsidy.models import Claim, Roster
from wudan.orders.subsidy.roster.actions import check_roster, confirm_roster, save_roster
from wudan.organisations.actions.organising import suspend

pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(f"provider:{name}", args=args)


def test_a_file_is_taken_and_leads_to_its_progress(clerk: Client, tez: Cast) -> None:
    assert "代领" in clerk.get(url("roster_new")).content.decode()
    answer = clerk.post(url("roster_new"), {"file": file(), "authority": AUTHORITY}, follow=True)
    made = Roster.objects.get()
    assert answer.redirect_chain == [(url("roster", made.pk), 302)]
    text = answer.content.decode()
    assert "正在读取文件" in text
    assert "还没有提交申请" in text
    assert f'hx-get="{url("roster_progress", made.pk)}"' in text
    assert (made.organisation_id, made.authority) == (tez.provider.pk, AUTHORITY)


def test_progress_is_a_bar_and_then_asks_for_the_whole_page(clerk: Client, tez: Cast) -> None:
    made = uploaded(tez)
    Roster.objects.filter(pk=made.pk).update(rows_total=200, rows_done=50)
    bar = clerk.get(url("roster_progress", made.pk), headers={"HX-Request": "true"})
    assert "50 / 200行" in bar.content.decode()
    assert clerk.get(url("roster_progress", made.pk)).status_code == 302
    check_roster(roster_id=made.pk, at=AT)
    done = clerk.get(url("roster_progress", made.pk), headers={"HX-Request": "true"})
    assert done["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"authority": AUTHORITY}, "请选择“名册文件”"),
        ({"file": file()}, "请填写“代领协议编号”"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    clerk: Client, given: dict[str, object], words: str
) -> None:
    answer = clerk.post(url("roster_new"), given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Roster.objects.exists()


def test_the_same_file_twice_is_refused_in_the_form(clerk: Client, tez: Cast) -> None:
    for _ in range(2):
        answer = clerk.post(url("roster_new"), {"file": file(), "authority": AUTHORITY})
    assert answer.status_code == 422
    assert "已经上传过" in answer.content.decode()
    assert url("roster", Roster.objects.get().pk) in answer.content.decode()


def test_what_was_found_with_its_sums_and_remedies(clerk: Client, tez: Cast) -> None:
    made = checked(tez, with_fault())
    text = clerk.get(url("roster", made.pk)).content.decode()
    for words in (
        "有1行需要修改",
        "只提交没有问题的3行",
        "校验",
        "4,500元",
        "下载标好问题的原表",
        "370405********0000",
    ):
        assert words in text, words
    assert "370405199001010000" not in text


def test_the_marked_file_comes_back(clerk: Client, tez: Cast) -> None:
    made = checked(tez, with_fault())
    answer = clerk.get(url("roster_marked", made.pk))
    assert "attachment" in answer["Content-Disposition"]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert any("问题与改法" in str(cell) for cell in sheet[0])


def test_the_template_of_the_district(clerk: Client) -> None:
    answer = clerk.get(url("roster_template"))
    assert CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).sheet_names[0] == "名册"


def test_good_rows_are_submitted_only_when_said_so(clerk: Client, tez: Cast) -> None:
    made = checked(tez, with_fault())
    refused = clerk.post(url("roster_confirm", made.pk, "all"))
    assert refused.status_code == 409
    assert "名册里还有1行有问题" in refused.content.decode()
    saving = clerk.post(url("roster_confirm", made.pk, "good"), follow=True).content.decode()
    assert "正在提交" in saving
    save_roster(roster_id=made.pk, at=AT)
    text = clerk.get(url("roster", made.pk)).content.decode()
    assert "已提交3笔申请，预计补贴4,500元" in text
    assert "2020年11月19日前受理" in text
    assert f"{url('claims')}?roster={made.pk}" in text
    listed = clerk.get(url("claims") + f"?roster={made.pk}").content.decode()
    assert "共<b>3</b>笔" in listed
    assert set(Claim.objects.values_list("submitted_by", flat=True)) == {tez.provider_clerk.user_id}


def test_discard_leaves_nothing(clerk: Client, tez: Cast) -> None:
    made = checked(tez)
    text = clerk.post(url("roster_discard", made.pk), follow=True).content.decode()
    assert "没有提交任何申请" in text
    assert "已经放弃" in clerk.get(url("roster", made.pk)).content.decode()


def test_an_unreadable_file_says_so(clerk: Client, tez: Cast) -> None:
    clerk.post(url("roster_new"), {"file": file(), "authority": AUTHORITY})
    made = Roster.objects.get()
    Roster.objects.filter(pk=made.pk).update(state="unreadable", problem="文件设了打开密码，无法读取。")
    text = clerk.get(url("roster", made.pk)).content.decode()
    assert "文件设了打开密码" in text
    assert "没有提交任何申请" in text


def test_a_corrected_file_keeps_the_agreement(clerk: Client, tez: Cast) -> None:
    made = checked(tez, with_fault())
    assert AUTHORITY in clerk.get(url("roster_new") + f"?from={made.pk}").content.decode()
    assert clerk.get(url("roster_new") + "?from=１２").status_code == 200


def test_a_suspended_organisation_uploads_nothing(clerk: Client, tez: Cast) -> None:
    made = checked(tez)
    suspend(organisation_id=tez.provider.pk, reason="骗取补贴正在查处", actor=SYSTEM, at=AT)
    assert "已被暂停受理" in clerk.get(url("roster_new")).content.decode()
    assert "提交3行" not in clerk.get(url("roster", made.pk)).content.decode()
    assert clerk.post(url("roster_confirm", made.pk, "all")).status_code == 409
    answer = clerk.post(url("roster_new"), {"file": file(rows(5)), "authority": AUTHORITY})
    assert (answer.status_code, Roster.objects.count()) == (422, 1)


def test_another_organisations_roster_is_not_there(client: Client, tez: Cast) -> None:
    made = checked(tez)
    stranger = outsider(tez, "provider")
    client.force_login(User.objects.get(pk=stranger.user_id))
    for name in ("roster", "roster_progress", "roster_marked"):
        assert client.get(url(name, made.pk)).status_code == 404
    assert client.post(url("roster_confirm", made.pk, "all")).status_code == 404
    assert client.post(url("roster_discard", made.pk)).status_code == 404
    assert "共<b>0</b>份" in client.get(url("rosters")).content.decode()
    made.refresh_from_db()
    assert made.state == "checked"


@pytest.mark.parametrize("who", ["enterprise_clerk", "worker", "intake", "finance", "supervisor"])
def test_other_roles_are_told_whose_page_it_is(client: Client, tez: Cast, who: str) -> None:
    client.force_login(tez.user(who))
    for name in ("home", "rosters", "roster_new", "claims", "claim_new", "about"):
        answer = client.get(url(name))
        assert answer.status_code == 403
        assert "培训机构经办人" in answer.content.decode()
    assert client.post(url("roster_new"), {"file": file()}).status_code == 403


def test_nobody_is_sent_to_log_in(client: Client) -> None:
    assert "login" in client.get(url("home"))["Location"]


def test_the_list_costs_the_same_for_many(
    clerk: Client, tez: Cast, django_assert_max_num_queries: object
) -> None:
    for n in range(8):
        checked(tez, rows(1, start=100 + n))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert "共<b>8</b>份" in clerk.get(url("rosters")).content.decode()


def test_faults_come_in_pages(clerk: Client, tez: Cast) -> None:
    from tests.orders.subsidy.roster.files import row

    made = checked(tez, [row(n, 身份证号="370405199001010000", 姓名="") for n in range(40)])
    first = clerk.get(url("roster", made.pk)).content.decode()
    assert "共<b>80</b>处" in first
    assert "第1页，共3页" in first
    assert "第2页，共3页" in clerk.get(url("roster", made.pk) + "?page=2").content.decode()


def test_saving_goes_back_with_its_reason(clerk: Client, tez: Cast) -> None:
    made = checked(tez)
    confirm_roster(roster_id=made.pk, actor=tez.provider_clerk, at=AT)
    Roster.objects.filter(pk=made.pk).update(state="checked", problem="检查之后情况有变。")
    assert "检查之后情况有变" in clerk.get(url("roster", made.pk)).content.decode()
