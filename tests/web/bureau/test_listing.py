"""列单 at the bureau: catalogues from draft to publication, offers with their money, projects, special abilities."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.cast import AT, BASIS, Cast, cast, outsider
from tests.catalogue_cast import (
    a_contracted_project,
    a_drafted_offer,
    a_registration,
    an_entry,
    an_occupation,
    an_open_offer,
)
from tests.chain_cast import make_staff_order
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.orders.catalogue.actions import abilities as filing
from wudan.orders.catalogue.models import Edition, Offer, Project, SpecialAbility
from wudan.orders.demand.actions.grouping import propose

HEAD = "职业,等级,证书类别,补贴项目,理论课时,实训课时,安全课时"
ROW = "车工,中级,职业技能等级证书,职业培训补贴,20,56,4"


def url(name: str, *args: Any) -> str:
    return reverse(f"bureau:{name}", args=args)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:400]
    return str(response.content.decode())


def file(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("目录.csv", "\n".join((HEAD, *rows)).encode())


class TestEditions:
    def test_from_draft_to_publication(self, tez: Cast, as_: Any) -> None:
        an_occupation()
        client = as_(tez.intake)
        assert text(client.get(url("editions"))).count("编制新版") == 4
        client.post(url("edition_new", "general"))
        draft = Edition.objects.get()
        shown = text(client.get(url("edition", draft.pk)))
        assert "先导入条目，再发布" in shown
        faulty = text(
            client.post(url("edition_do", draft.pk, "put"), {"file": file(ROW, ROW.replace("车工", "车公"))}),
            422,
        )
        assert "文件中需要改正的地方" in faulty and "没有这个职业" in faulty and "车公" in faulty
        assert not draft.entries.exists()
        client.post(url("edition_do", draft.pk, "put"), {"file": file(ROW)})
        shown = text(client.get(url("edition", draft.pk)))
        for words in ("新增", "由复审岗发布", "1,500.00", "1处不同"):
            assert words in shown, words
        assert (
            client.post(
                url("edition_do", draft.pk, "publish"), {"valid_from": "2020-11-16", "document": "文"}
            ).status_code
            == 403
        )
        reviewer = as_(tez.reviewer)
        wrong = text(
            reviewer.post(
                url("edition_do", draft.pk, "publish"), {"valid_from": "2020-11-15", "document": "文"}
            ),
            422,
        )
        assert "已经过去" in wrong
        done = reviewer.post(
            url("edition_do", draft.pk, "publish"),
            {"valid_from": "2020-11-16", "document": "台人社〔2020〕1号"},
            follow=True,
        )
        assert "已发布" in text(done) and "施行中" in text(done)
        assert reviewer.get(url("edition_file", draft.pk, "xlsx")).content[:2] == b"PK"
        assert reviewer.get(url("edition_file", draft.pk, "exe")).status_code == 404

    def test_a_copy_shows_what_it_changes_and_can_be_dropped(self, tez: Cast, as_: Any) -> None:
        entry = an_entry(tez)
        client = as_(tez.intake)
        client.post(url("edition_new", "general"), {"copy": "1"})
        draft = Edition.objects.get(state="draft")
        assert draft.entries.get().occupation == entry.occupation
        assert "与现行版本相比" not in text(client.get(url("edition", draft.pk)))
        client.post(url("edition_do", draft.pk, "put"), {"file": file(ROW.replace("56", "60"))})
        shown = text(client.get(url("edition", draft.pk)))
        assert "实训课时：56 → 60" in shown
        client.post(url("edition_do", draft.pk, "drop"))
        assert Edition.objects.get(pk=draft.pk).state == "dropped"

    def test_derived_ones_are_gathered(self, tez: Cast, as_: Any) -> None:
        a_registration(tez)
        client = as_(tez.intake)
        client.post(url("edition_new", "provider"))
        draft = Edition.objects.get()
        client.post(url("edition_do", draft.pk, "derive"))
        assert tez.provider.name in text(client.get(url("edition", draft.pk)))
        assert client.post(url("edition_do", draft.pk, "nonsense")).status_code == 404

    def test_outsiders(self, tez: Cast, as_: Any) -> None:
        edition = an_entry(tez).edition
        for actor in (tez.provider_clerk, tez.finance, tez.town):
            assert as_(actor).get(url("editions")).status_code == 403
        client = as_(outsider(tez, "intake"))
        for path in (url("edition", edition.pk), url("edition_file", edition.pk, "json")):
            assert client.get(path).status_code == 404
        assert client.post(url("edition_do", edition.pk, "drop")).status_code == 404


class TestOffers:
    def form(self, tez: Cast, **changes: Any) -> dict[str, Any]:
        return {
            "entry": an_entry(tez).pk, "line": "general", "places": "20", "min_heads": "5", "first": "2020-12-01",
            "last": "2020-12-20", "choose_until": "2020-11-25", "mode": "offline", "provider": tez.provider.pk,
        } | changes  # fmt: skip

    def test_drafted_funded_opened_changed_and_cancelled(self, tez: Cast, as_: Any) -> None:
        a_registration(tez)
        client = as_(tez.intake)
        an_entry(tez)
        assert "车工　中级工　职业技能等级证书　80课时　1,500元" in text(client.get(url("offer_new")))
        made = client.post(url("offer_new"), self.form(tez), follow=True)
        shown = text(made)
        for words in ("班次已编制", "每人1,500元 × 20人 = 30,000元", "还没有落实资金", "待复审岗落实资金"):
            assert words in shown, words
        offer = Offer.objects.get()
        assert "落实资金</button>" not in shown
        reviewer = as_(tez.reviewer)
        asked = text(reviewer.get(url("offer", offer.pk)))
        assert "就业补助资金，可用1,000,000元" in asked
        pool = tez.pools["employment_subsidy"].pk
        done = text(reviewer.post(url("offer_act", offer.pk, "reserve"), {"pool_id": pool}, follow=True))
        for words in ("已从<b>2020年就业补助资金</b>预留30,000元", "资金依据："):
            assert words in done, words
        reviewer.post(url("offer_act", offer.pk, "open"))
        changed = text(reviewer.post(url("offer_act", offer.pk, "places"), {"places": "30"}, follow=True))
        assert "预留45,000元" in changed
        moved = text(
            reviewer.post(url("offer_act", offer.pk, "time"), {"choose_until": "2020-11-30"}, follow=True)
        )
        assert "时间已调整" in moved and "2020年11月30日" in moved
        late = reviewer.post(url("offer_act", offer.pk, "time"), {"choose_until": "2020-12-02"})
        assert "晚于培训首日" in text(late, 422)
        assert "同期培训规模是50人" in text(
            reviewer.post(url("offer_act", offer.pk, "places"), {"places": "60"}), 422
        )
        assert "请填写“原因”" in text(
            reviewer.post(url("offer_act", offer.pk, "cancel"), {"reason": ""}), 422
        )
        gone = text(reviewer.post(url("offer_act", offer.pk, "cancel"), {"reason": "机构停办"}, follow=True))
        assert "取消的原因：机构停办" in gone and "现在没有预留" in gone
        assert Offer.objects.get().state == "cancelled"

    def test_money_that_does_not_suffice_any_more_is_seen(self, tez: Cast, as_: Any) -> None:
        offer = an_open_offer(tez)
        assert "预留的不够" not in text(as_(tez.reviewer).get(url("offer", offer.pk)))
        with acting(actor=SYSTEM, at=AT, basis=BASIS):  # as if opened while the standard was lower
            Offer.objects.update(price_fen=100_000, reserved_fen=2_000_000)
        shown = text(as_(tez.reviewer).get(url("offer", offer.pk)))
        assert "每人1,500元，20人需要30,000元，预留的不够，差10,000元" in shown

    def test_another_pool_needs_a_reason(self, tez: Cast, as_: Any) -> None:
        offer = a_drafted_offer(tez)
        path, pool = url("offer_act", offer.pk, "reserve"), tez.pools["training_special"].pk
        assert "须写明理由" in text(as_(tez.reviewer).post(path, {"pool_id": pool}), 422)
        assert "经办人另选：财政批复" in text(
            as_(tez.reviewer).post(path, {"pool_id": pool, "reason": "财政批复"}, follow=True)
        )

    def test_what_is_refused_stands_beside_its_field(self, tez: Cast, as_: Any) -> None:
        client = as_(tez.intake)
        shown = text(client.post(url("offer_new"), self.form(tez)), 422)
        assert "没有备案这一职业和等级" in shown
        assert "填企业全称" in shown
        assert "本区没有登记这个名称的企业" in text(
            client.post(url("offer_new"), self.form(tez, employer="某某公司")), 422
        )
        assert not Offer.objects.exists()

    def test_a_project_fills_the_form(self, tez: Cast, as_: Any) -> None:
        entry = an_entry(tez)
        a_registration(tez)
        project = a_contracted_project(tez)
        client = as_(tez.intake)
        path = f"{url('offer_new')}?project={project.pk}"
        assert project.title in text(client.get(path))
        made = text(client.post(path, self.form(tez, entry=entry.pk, line="project"), follow=True))
        assert "合同45,000元按20人、共30人分摊，为30,000元" in made
        assert client.get(f"{url('offer_new')}?project=99999").status_code == 404
        assert client.get(f"{url('offer_new')}?proposal=x").status_code == 404

    def test_a_proposal_fills_the_form_with_what_its_people_asked_for(self, tez: Cast, as_: Any) -> None:
        entry = an_entry(tez)
        make_staff_order(tez, 24, wish="车工", occupation_id=entry.occupation_id, level=4, line="pre_job")
        (one,) = propose(district_id=tez.code, actor=tez.intake, at=AT)
        begun = as_(tez.intake).get(f"{url('offer_new')}?proposal={one.pk}").context["form"].initial
        assert (begun["entry"], begun["line"], begun["places"], begun["min_heads"]) == (
            entry.pk,
            "pre_job",
            24,
            20,
        )
        days = (date(2020, 11, 30), date(2020, 12, 14), date(2020, 12, 23))  # 80 hours are ten days
        assert (begun["choose_until"], begun["first"], begun["last"]) == days

    def test_without_a_catalogue_the_form_says_so(self, tez: Cast, as_: Any) -> None:
        assert "本区还没有现行的重点产业目录" in text(as_(tez.intake).get(url("offer_new")))

    def test_list_and_outsiders(self, tez: Cast, as_: Any) -> None:
        offer = an_open_offer(tez)
        client = as_(tez.intake)
        shown = text(client.get(url("offers")))
        for words in ("车工中级工培训班", "30,000.00", "可选单", tez.provider.name):
            assert words in shown, words
        assert "没有班次" in text(client.get(url("offers"), {"state": "ended"}))
        for actor in (tez.provider_clerk, tez.town, tez.finance):
            assert as_(actor).get(url("offers")).status_code == 403
        stranger = as_(outsider(tez, "reviewer"))
        assert stranger.get(url("offer", offer.pk)).status_code == 404
        assert stranger.post(url("offer_act", offer.pk, "cancel"), {"reason": "四个字啊"}).status_code == 404
        assert as_(tez.reviewer).post(url("offer_act", offer.pk, "nonsense")).status_code == 404


class TestProjects:
    def test_planned_called_contracted(self, tez: Cast, as_: Any) -> None:
        client = as_(tez.intake)
        given = {
            "title": "家政服务员培训",
            "line": "project",
            "group": "poor",
            "heads": "30",
            "summary": "80课时",
        }
        shown = text(client.post(url("project_new"), given, follow=True))
        project = Project.objects.get()
        assert "项目已拟定" in shown
        client.post(url("project_act", project.pk, "call"), {"until": "2020-11-30"})
        assert "家政服务员培训" in text(as_(tez.provider_clerk).get(reverse("provider:projects")))
        contract = {
            "provider_id": tez.provider.pk, "contract_number": "合1", "contract_fen": "45000", "procurement": "公开招标",
            "first": "2020-11-16", "last": "2021-02-28",
        }  # fmt: skip
        reviewer = as_(tez.reviewer)
        assert "请填写" in text(
            reviewer.post(url("project_act", project.pk, "contract"), contract | {"procurement": ""}), 422
        )
        shown = text(reviewer.post(url("project_act", project.pk, "contract"), contract, follow=True))
        for words in ("先行拨付", "27,000元", "结算拨付", "18,000元", "编制班次"):
            assert words in shown, words
        assert "合1" in text(as_(tez.provider_clerk).get(reverse("provider:projects")))

    def test_a_restricted_one_is_not_called(self, as_: Any, db: None) -> None:
        zc = cast("370306")
        project = a_contracted_project(zc, line="project_custodial", restricted=True, title="某所项目")
        assert "限制知悉，不公开" in text(as_(zc.intake).get(url("project", project.pk)))
        assert as_(outsider(zc, "intake")).get(url("project", project.pk)).status_code == 404
        assert "某所项目" not in text(as_(outsider(zc, "provider")).get(reverse("provider:projects")))
        assert "某所项目" in text(as_(zc.intake).get(url("projects")))


class TestAbilities:
    def test_from_the_provider_to_the_province(self, as_: Any, db: None) -> None:
        zc = cast("370306")
        mine = as_(zc.provider_clerk)
        given = {
            "name": "周村烧饼制作",
            "content": "和面、擀坯、贴烤",
            "hours": "80",
            "local": "on",
            "count": "",
        }
        new = reverse("provider:ability_new")
        questions = lambda: SimpleUploadedFile("试题.docx", b"1")  # noqa: E731
        assert "共有多少题" in text(mine.post(new, given | {"questions": questions()}), 422)
        made = text(mine.post(new, given, follow=True))
        ability = SpecialAbility.objects.get()
        assert "已保存" in made
        submit = reverse("provider:ability_submit", args=[ability.pk])
        assert "须备齐考核评价内容和试题库" in text(mine.post(submit), 422)
        edit = reverse("provider:ability_edit", args=[ability.pk])
        mine.post(edit, {**given, "questions": questions(), "count": "60"})
        assert "已报送" in text(mine.post(submit, follow=True))
        client = as_(zc.reviewer)
        assert "周村烧饼制作" in text(client.get(url("abilities"), {"state": "open"}))
        assert client.post(url("ability_questions", ability.pk)).content == b"1"
        assert "区级审核" in text(client.get(url("ability", ability.pk)))
        client.post(url("ability_act", ability.pk, "send_back"), {"reason": "试题不足够"})
        assert "试题不足够" in text(
            as_(zc.provider_clerk).get(reverse("provider:ability", args=[ability.pk]))
        )
        as_(zc.provider_clerk).post(submit)
        client = as_(zc.reviewer)
        client.post(url("ability_act", ability.pk, "to_city"))
        assert "请填写" in text(
            client.post(url("ability_act", ability.pk, "to_province"), {"reference": ""}), 422
        )
        client.post(url("ability_act", ability.pk, "to_province"), {"reference": "淄1"})
        shown = text(
            client.post(url("ability_act", ability.pk, "approve"), {"reference": "鲁1"}, follow=True)
        )
        assert "已批准" in shown and "鲁1" in shown
        assert "周村烧饼制作" in text(client.get(reverse("public:catalogues", args=[zc.code])))

    def test_outsiders(self, as_: Any, db: None) -> None:
        zc = cast("370306")
        ability = filing.draft_ability(
            provider_id=zc.provider.pk, name="蜡染", actor=zc.provider_clerk, at=AT
        )
        assert as_(zc.reviewer).get(url("ability", ability.pk)).status_code == 404  # still being written
        for actor in (outsider(zc, "provider"),):
            client = as_(actor)
            assert client.get(reverse("provider:ability", args=[ability.pk])).status_code == 404
            assert client.post(reverse("provider:ability_submit", args=[ability.pk])).status_code == 404
        assert as_(outsider(zc, "reviewer")).post(url("ability_questions", ability.pk)).status_code == 404
