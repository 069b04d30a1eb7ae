"""Like cases: found together, checked, decided once, answered one by one."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse

from tests.cast import Cast, make_person, outsider
from tests.orders.subsidy.chain import accepted, submitted
from wudan.orders.subsidy.models import Claim


def three(tez: Cast, make: Any) -> list[Claim]:
    return [make(tez, make_person(n, name=f"赵{n}")) for n in (11, 12, 13)]


def states(claims: list[Claim]) -> list[str]:
    return [Claim.objects.get(pk=c.pk).state for c in claims]


def test_a_group_from_the_desk_to_the_result(tez: Cast, as_: Any) -> None:
    claims = three(tez, submitted)
    client = as_(tez.intake)
    href = re.search(r'href="(/bureau/batch/[^"]+)"', client.get(reverse("bureau:home")).content.decode())
    assert href
    check = client.get(href[1].replace("&amp;", "&")).content.decode()
    assert check.count('name="selected"') == 3
    assert "¥4,500.00" in check
    chosen = [c.pk for c in claims[:2]]
    done = client.post(reverse("bureau:batch_do"), {"do": "accept", "selected": chosen}, follow=True)
    assert "批量受理的结果" in done.content.decode()
    assert states(claims) == ["accepted", "accepted", "submitted"]


def test_one_refusal_leaves_the_others_alone(tez: Cast, as_: Any) -> None:
    claims = three(tez, accepted)
    client = as_(tez.intake)
    accepted_only = [c.pk for c in claims] + [submitted(tez, make_person(20, name="钱多")).pk]
    data = {"do": "pass_first", "selected": accepted_only, "proof_rural": "户口簿"}
    done = client.post(reverse("bureau:batch_do"), data, follow=True).content.decode()
    assert states(claims) == ["first_passed"] * 3
    assert "没有办理的，原因如下" in done
    assert "不能“初审通过”" in done


def test_without_a_proof_each_says_why(tez: Cast, as_: Any) -> None:
    claims = three(tez, accepted)
    data = {"do": "pass_first", "selected": [c.pk for c in claims]}
    done = as_(tez.intake).post(reverse("bureau:batch_do"), data, follow=True).content.decode()
    assert done.count("没有证明") >= 3
    assert states(claims) == ["accepted"] * 3


def test_ticked_rows_are_checked_first(tez: Cast, as_: Any) -> None:
    claims = three(tez, submitted)
    client = as_(tez.intake)
    assert "批量受理" in client.get(f"{reverse('bureau:claims')}?state=submitted").content.decode()
    page = client.post(f"{reverse('bureau:batch')}?do=accept", {"selected": [claims[0].pk], "do": "accept"})
    assert page.status_code == 200
    assert states(claims) == ["submitted"] * 3


def test_outsiders_and_wrong_roles(tez: Cast, as_: Any) -> None:
    claims = three(tez, submitted)
    data = {"do": "accept", "selected": [c.pk for c in claims]}
    as_(outsider(tez, "intake")).post(reverse("bureau:batch_do"), data)
    assert states(claims) == ["submitted"] * 3
    assert as_(tez.reviewer).post(reverse("bureau:batch_do"), data).status_code == 404
    assert as_(tez.finance).post(reverse("bureau:batch_do"), data).status_code == 403
    assert as_(tez.intake).post(reverse("bureau:batch_do"), {"do": "accept"}).status_code == 302
    assert as_(tez.intake).get(f"{reverse('bureau:batch')}?do=accept&like=nothing").status_code == 302
