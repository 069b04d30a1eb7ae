"""The learner's certificates and archive, and what the public sees of a certificate."""

from __future__ import annotations

import json

import jwt
import pytest
from django.test import Client
from jwt.algorithms import OKPAlgorithm

from tests.cast import Cast, cast, outsider
from tests.orders.delivery.finishing import after, concluded, members_of
from wudan.accounts.models import User
from wudan.orders.delivery.actions.certifying import issue_certificates, revoke_certificate
from wudan.orders.delivery.models import Certificate, Rating
from wudan.people.actions import look_into_archive

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast()


def certificate(tez: Cast) -> Certificate:
    held = concluded(tez, members=1, persons=[tez.person])
    [made] = issue_certificates(class_id=held.pk, actor=tez.reviewer, at=after(held, 3))
    return made


def me(tez: Cast) -> Client:
    client = Client()
    client.force_login(tez.user("worker"))
    return client


def test_my_certificates_with_paper_and_credential(tez: Cast) -> None:
    one, client = certificate(tez), me(tez)
    shown = client.get("/my/certificates/").content.decode()
    assert one.number in shown and "有效" in shown
    paper = client.get(f"/my/certificates/{one.pk}/paper/")
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    token = client.get(f"/my/certificates/{one.pk}/credential/").content.decode()
    method = json.loads(client.get("/.well-known/did.json").content)["verificationMethod"][0]
    read = jwt.decode(token, OKPAlgorithm.from_jwk(method["publicKeyJwk"]), algorithms=["EdDSA"])  # type: ignore[arg-type]
    assert read["credentialSubject"]["achievement"]["humanCode"] == one.number
    assert tez.person.number() not in token + shown


def test_nobody_else_takes_them(tez: Cast) -> None:
    one, other = certificate(tez), Client()
    other.force_login(User.objects.get(pk=outsider(tez, "worker").user_id))
    assert other.get("/my/certificates/").content.decode().count(one.number) == 0
    for what in ("paper", "credential"):
        assert other.get(f"/my/certificates/{one.pk}/{what}/").status_code == 404


def test_anybody_with_the_code_verifies(tez: Cast) -> None:
    one, anybody = certificate(tez), Client()
    response = anybody.get(f"/verify/{one.code}/")
    shown = response.content.decode()
    assert "证书有效" in shown and one.number in shown and "王*明" in shown
    assert tez.person.name not in shown and tez.person.number_masked not in shown
    assert response["X-Robots-Tag"] == "noindex"
    assert anybody.get("/verify/no-such-code/").status_code == 404
    assert "没有查到这张证书" in anybody.get("/verify/no-such-code/").content.decode()


def test_anybody_with_the_paper_in_hand_finds_the_check(tez: Cast) -> None:
    one, anybody = certificate(tez), Client()
    assert f"/d/{tez.code}/verify/" in anybody.get(f"/d/{tez.code}/").content.decode()
    page = f"/d/{tez.code}/verify/"
    assert "查验码或证书编号" in anybody.get(page).content.decode()
    for asked in (
        {"what": one.code},
        {"what": f"http://testserver/verify/{one.code}/"},
        {"what": one.number, "name": tez.person.name},
    ):
        assert anybody.post(page, asked)["Location"] == f"/verify/{one.code}/", asked
    for asked in ({"what": one.number}, {"what": one.number, "name": "别人"}, {"what": "没有这个码"}):
        answer = anybody.post(page, asked)
        assert answer.status_code == 422, asked
        assert "没有查到这张证书" in answer.content.decode()
    assert "请填写查验码或证书编号" in anybody.post(page, {"what": ""}).content.decode()


def test_my_certificate_shows_its_code_and_who_may_check_it(tez: Cast) -> None:
    one = certificate(tez)
    shown = me(tez).get("/my/certificates/").content.decode()
    assert one.code in shown
    assert "<svg" in shown.split("查验这张证书的二维码")[1]
    assert "用人单位、学校和任何人都可以查验" in shown
    assert f"/d/{tez.code}/verify/" in shown


def test_a_revoked_one_says_so_everywhere(tez: Cast) -> None:
    one = certificate(tez)
    revoke_certificate(certificate_id=one.pk, reason="查实代考", actor=tez.reviewer, at=one.recorded_at)
    anybody, client = Client(), me(tez)
    shown = anybody.get(f"/verify/{one.code}/").content.decode()
    assert "不再有效" in shown and "证书有效" not in shown
    assert "查实代考" not in shown  # why is the holder's business
    listed = json.loads(anybody.get("/credentials/revoked.json").content)["revokedCredential"]
    assert [x["id"] for x in listed] == [f"http://testserver/verify/{one.code}/"]
    mine = client.get("/my/certificates/").content.decode()
    assert "已撤销" in mine and "查实代考" in mine
    assert client.get(f"/my/certificates/{one.pk}/credential/").status_code == 404


def test_my_archive_and_who_has_looked(tez: Cast) -> None:
    one, client = certificate(tez), me(tez)
    look_into_archive(person_id=tez.person.pk, reason="核对培训经历", actor=tez.intake, at=one.recorded_at)
    shown = client.get("/my/archive/").content.decode()
    assert "取得焊工培训合格证书" in shown and "核对培训经历" in shown
    kinds = {e["kind"] for e in json.loads(client.get("/my/archive/json/").content)["entries"]}
    assert {"class", "certificate"} <= kinds
    assert client.get("/my/archive/pdf/").content.startswith(b"%PDF")


def test_empty_archive_and_certificates(tez: Cast) -> None:
    client = me(tez)
    assert "还没有证书" in client.get("/my/certificates/").content.decode()
    assert "还没有记录" in client.get("/my/archive/").content.decode()


def test_i_rate_my_class_once(tez: Cast) -> None:
    held = concluded(tez, members=1, persons=[tez.person])
    [member] = members_of(held)
    client, url = me(tez), f"/my/ratings/{member.pk}/"
    assert client.get(url).status_code == 200 and url in client.get("/my/").content.decode()
    assert client.post(url, {"overall": "5"}).status_code == 422
    said = {"overall": "5", "teaching": "4", "practice": "3", "honest": "no", "comment": "多收了20元"}
    assert client.post(url, said).status_code == 302
    assert (Rating.objects.get().honest, Rating.objects.get().teaching) == (False, 4)
    assert client.get(url).status_code == 404 and url not in client.get("/my/").content.decode()
