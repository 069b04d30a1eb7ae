"""周村特色专项职业能力: filed upward level by level, returned once, approved, listed, taught, certified; the amount goes to a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import cast
from tests.chain_cast import make_registration, make_teacher, make_venue
from tests.journeys.walking import Walk
from wudan.kernel.errors import Refused
from wudan.orders.catalogue.actions.abilities import (
    approve_ability,
    draft_ability,
    put_questions,
    return_ability,
    revise_ability,
    send_to_city,
    send_to_province,
    submit_ability,
)
from wudan.orders.catalogue.actions.editions import draft_edition, publish_edition, put_entries
from wudan.orders.catalogue.models import Entry
from wudan.orders.enrolment.actions.picking import pick

pytestmark = pytest.mark.django_db
NAME = "周村烧饼制作"


def test_filed_upward_then_taught() -> None:
    walk = Walk(cast("370306"))
    zc, clerk = walk.tez, walk.tez.provider_clerk
    ability = draft_ability(
        provider_id=zc.provider.pk,
        name=NAME,
        content="和面、揉剂、贴饼、烤制",
        hours=80,
        local=True,
        actor=clerk,
        at=walk.at,
    )
    with pytest.raises(Refused):  # no question bank yet
        submit_ability(ability_id=ability.pk, actor=clerk, at=walk.at)
    put_questions(
        ability_id=ability.pk, file_name="题库.xlsx", content=b"1", count=120, actor=clerk, at=walk.at
    )
    submit_ability(ability_id=ability.pk, actor=clerk, at=walk.at)
    send_to_city(ability_id=ability.pk, actor=zc.reviewer, at=walk.at)
    return_ability(ability_id=ability.pk, reason="市级要求补充食品安全内容", actor=zc.reviewer, at=walk.at)
    with pytest.raises(Refused):  # nobody is trained for what is not approved
        approve_ability(ability_id=ability.pk, reference="鲁人社鉴〔2020〕9号", actor=zc.reviewer, at=walk.at)
    walk.go(5)
    revise_ability(
        ability_id=ability.pk,
        content="和面、揉剂、贴饼、烤制、食品安全",
        hours=80,
        local=True,
        actor=clerk,
        at=walk.at,
    )
    submit_ability(ability_id=ability.pk, actor=clerk, at=walk.at)
    send_to_city(ability_id=ability.pk, actor=zc.reviewer, at=walk.at)
    send_to_province(ability_id=ability.pk, reference="淄人社鉴〔2020〕3号", actor=zc.reviewer, at=walk.at)
    done = approve_ability(
        ability_id=ability.pk, reference="鲁人社鉴〔2020〕9号", code="ZC-001", actor=zc.reviewer, at=walk.at
    )
    assert done.state == "approved" and done.occupation is not None

    _listed(walk, done)
    offer = walk.offer(
        "special_ability", first=walk.day + timedelta(days=30), ability_id=ability.pk, budget_fen=100_000,
        budget_basis="区就业和农民工工作联席会议纪要〔2020〕第2号",
    )  # fmt: skip
    picked = pick(offer_id=offer.pk, person_id=zc.person.pk, chosen_by="person", actor=zc.worker, at=walk.at)
    assert (picked.outcome, picked.expected_fen) == ("review", None)  # 周村区 sets no amounts
    held = walk.opened(offer)
    walk.taught(held)
    [certificate] = walk.finished(held)
    assert (certificate.kind, certificate.occupation_id) == ("special_ability", done.occupation_id)
    [due] = walk.dues(person=zc.person)
    assert (due.outcome, due.amount_fen) == ("review", None)


def _listed(walk: Walk, ability: object) -> None:
    """A catalogue with the approved item, marked as the district's own; provider, room and teacher for it."""
    zc = walk.tez
    header = "职业（工种）,职业编码,大典版本,等级,证书类别,补贴项目,理论课时,实训课时,安全课时,地方特色"
    line = f"{NAME},ZC-001,,,专项职业能力证书,职业培训补贴,24,48,8,是"
    draft = draft_edition(
        district_id=zc.code,
        catalogue="general",
        title="一般性职业技能培训目录",
        copy=False,
        actor=zc.intake,
        at=walk.at,
    )
    put_entries(edition_id=draft.pk, content=f"{header}\n{line}\n".encode(), actor=zc.intake, at=walk.at)
    publish_edition(
        edition_id=draft.pk,
        valid_from=walk.day,
        document="周人社字〔2020〕8号",
        actor=zc.reviewer,
        at=walk.at,
    )
    walk.entry = Entry.objects.get(edition=draft)
    assert walk.entry.local and walk.entry.price_fen is None
    walk.occupation = walk.entry.occupation
    walk.teacher = make_teacher(zc.provider, 900, occupations=(walk.occupation,))
    walk.venue = make_venue(zc.provider)
    make_registration(zc.provider, walk.occupation, 0, certificate_type="special_ability")
