"""三优资源, 设施改造支持 and 示范培训项目 from recommendation to the public page."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, make_actor, make_organisation, outsider
from tests.organisations.making import filed_teacher, occupation
from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions.resources import score_resource
from wudan.orders.catalogue.models import Demonstration, Resource, SupportApplication


def url(name: str, *args: Any) -> str:
    return reverse(f"bureau:{name}", args=args)


def own(name: str, *args: Any) -> str:
    return reverse(f"provider:{name}", args=args)


def text(response: Any) -> str:
    return str(response.content.decode())


def recommended(tez: Cast, as_: Any, **changes: Any) -> Resource:
    data = {
        "kind": "courseware",
        "title": "焊接安全微课",
        "author": "李建国",
        "summary": "12节微课",
        "url": "https://kj.cn/1",
    }
    as_(tez.provider_clerk).post(own("resource_new"), data | changes)
    return Resource.objects.get()


def shown_to_all(tez: Cast) -> str:
    return text(Client().get(reverse("public:showcase", args=[tez.code])))


class TestResources:
    def test_recommended_scored_by_three_selected_and_public(self, tez: Cast, as_: Any) -> None:
        found = recommended(tez, as_)
        assert "焊接安全微课" in text(as_(tez.provider_clerk).get(own("capacity")))
        assert "撤回推荐" in text(as_(tez.provider_clerk).get(own("resource", found.pk)))
        client = as_(tez.intake)
        assert "尚未评分" in text(client.get(url("resource_list")))
        wrong = client.post(url("resource_act", found.pk, "score"), {"score": "101"})
        assert wrong.status_code == 422
        client.post(url("resource_act", found.pk, "score"), {"score": "90", "comment": "实用"})
        for judge in (tez.intake2, tez.policy):
            score_resource(resource_id=found.pk, score=80, comment="", actor=judge, at=AT)
        assert "83.3" in text(client.get(url("resource_list"), {"kind": "courseware"}))
        assert "评分</summary>" not in text(client.get(url("resource", found.pk)))  # has scored already
        assert "实用" in text(client.get(url("resource", found.pk)))
        another = as_(make_actor(Role.INTAKE, district_id=tez.code))
        assert "您评分后可以看到" in text(another.get(url("resource", found.pk)))
        assert "焊接安全微课" not in shown_to_all(tez)
        as_(tez.reviewer).post(url("resource_act", found.pk, "select"), {"reason": "贴近岗位"})
        assert Resource.objects.get().state == "selected"
        assert "https://kj.cn/1" in shown_to_all(tez)

    def test_too_few_judges_is_said_and_withdrawing_ends_it(self, tez: Cast, as_: Any) -> None:
        found = recommended(tez, as_)
        early = as_(tez.reviewer).post(url("resource_act", found.pk, "select"), {"reason": "很好很好"})
        assert early.status_code == 422
        assert "选入至少需要3人评分" in text(early)
        as_(tez.provider_clerk).post(own("resource_withdraw", found.pk))
        assert Resource.objects.get().state == "withdrawn"

    def test_a_teacher_is_named_in_public_as_he_agreed(self, tez: Cast, as_: Any) -> None:
        teacher = filed_teacher(tez, name="欧阳文静")
        found = recommended(tez, as_, kind="teacher", title="欧阳文静", teacher=str(teacher.pk), url="")
        for judge in (tez.intake, tez.intake2, tez.policy):
            score_resource(resource_id=found.pk, score=95, comment="", actor=judge, at=AT)
        as_(tez.reviewer).post(url("resource_act", found.pk, "select"), {"reason": "教学优秀"})
        assert "欧**静" in shown_to_all(tez)
        assert "欧阳文静" not in shown_to_all(tez)

    def test_a_script_is_no_address_and_strangers_find_nothing(self, tez: Cast, as_: Any) -> None:
        data = {"kind": "courseware", "title": "坏课件", "summary": "简介", "url": "javascript:alert(1)"}
        refused = as_(tez.provider_clerk).post(own("resource_new"), data)
        assert refused.status_code == 422
        found = recommended(tez, as_)
        stranger: Actor = outsider(tez, "intake")
        assert as_(stranger).get(url("resource", found.pk)).status_code == 404
        assert as_(stranger).post(url("resource_act", found.pk, "score"), {"score": "1"}).status_code == 404
        assert as_(outsider(tez, "provider")).get(own("resource", found.pk)).status_code == 404
        assert as_(tez.intake).post(url("resource_act", found.pk, "nonsense")).status_code == 404
        assert (
            as_(tez.intake).post(url("resource_act", found.pk, "select"), {"reason": "越权试试"}).status_code
            == 403
        )

    def test_the_bureau_collects_from_outside(self, tez: Cast, as_: Any) -> None:
        data = {"kind": "textbook", "title": "焊工教程", "author": "某出版社", "summary": "国家规划教材"}
        as_(tez.intake).post(url("resource_new"), data)
        assert Resource.objects.get().offered_by is None


class TestSupport:
    def test_asked_passed_granted_inspected(self, tez: Cast, as_: Any) -> None:
        data = {"kind": "barrier_free", "content": "加装坡道", "results": "培训320人", "asked_fen": "50000"}
        as_(tez.provider_clerk).post(own("support_new"), data)
        found = SupportApplication.objects.get()
        assert found.asked_fen == 5_000_000
        assert "还剩10个工作日" in text(as_(tez.intake).get(url("supports")))
        for verb in ("accept", "pass_first"):
            as_(tez.intake).post(url("support_act", found.pk, verb))
        client = as_(tez.reviewer)
        too_much = client.post(
            url("support_act", found.pk, "approve"), {"granted_fen": "60000", "document": "文"}
        )
        assert too_much.status_code == 422
        assert "不超过申请的50,000元" in text(too_much)
        client.post(
            url("support_act", found.pk, "approve"), {"granted_fen": "40000", "document": "区财字〔2020〕9号"}
        )
        assert "40,000元" in text(as_(tez.provider_clerk).get(own("support", found.pk)))
        as_(tez.intake).post(url("support_act", found.pk, "inspect"), {"reason": "坡道已建成"})
        assert SupportApplication.objects.get().state == "accepted_works"
        assert as_(outsider(tez, "reviewer")).get(url("support", found.pk)).status_code == 404

    def test_returned_corrected_withdrawn(self, tez: Cast, as_: Any) -> None:
        data = {"kind": "equipment", "content": "更新焊机", "results": "培训320人", "asked_fen": "50000"}
        as_(tez.provider_clerk).post(own("support_new"), data)
        found = SupportApplication.objects.get()
        as_(tez.intake).post(url("support_act", found.pk, "send_back"), {"reason": "请补预算"})
        clerk = as_(tez.provider_clerk)
        assert "请补预算" in text(clerk.get(own("support_correct", found.pk)))
        assert "50000.00" in text(clerk.get(own("support_correct", found.pk)))
        clerk.post(own("support_correct", found.pk), data | {"asked_fen": "30000"})
        clerk.post(own("support_withdraw", found.pk))
        found.refresh_from_db()
        assert (found.state, found.asked_fen) == ("withdrawn", 3_000_000)


def test_a_demonstration_is_shown_and_ended(tez: Cast, as_: Any) -> None:
    occupation()
    department = make_organisation(tez.code, "department")
    client = as_(tez.intake)
    data = {
        "department": str(department.pk), "title": "家政示范班", "summary": "全程开放观摩", "occupation": "焊工",
        "provider": str(tez.provider.pk), "first": "2020-11-16", "last": "2020-12-16",
    }  # fmt: skip
    assert client.post(url("demonstration_new"), data | {"last": "2020-11-01"}).status_code == 422
    client.post(url("demonstration_new"), data)
    assert "家政示范班" in shown_to_all(tez)
    made = Demonstration.objects.get()
    assert as_(outsider(tez, "intake")).post(url("demonstration_end", made.pk)).status_code == 404
    as_(tez.intake).post(url("demonstration_end", made.pk))
    assert "家政示范班" not in shown_to_all(tez)
    assert "不在展示期" in text(as_(tez.intake).get(url("demonstrations")))
