"""Papers and credentials: nothing from the system, the same words the same bytes, and others can check the signature."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import jwt
import pytest
from jwt.algorithms import OKPAlgorithm

from wudan.orders.delivery.credentials import (
    Achievement,
    Issuer,
    credential,
    revocation_list,
    seed_from,
    valid_from,
)
from wudan.orders.delivery.papers import CertificatePaper, archive_pdf, certificate_pdf

PAPER = CertificatePaper(
    "培训合格证书", "王小明于2020年9月1日至20日参加车工培训，共80课时。", "370405202000001", "台儿庄区人力资源和社会保障局",
    "2020年10月30日", "https://wudan.example/verify/abc/",
)  # fmt: skip
ISSUER = Issuer("https://wudan.example:8443", "台儿庄区人力资源和社会保障局", seed_from(b"secret"))
WHAT = Achievement(
    "abc", "370405202000001", "培训合格证书", "车工", "中级工", "王小明", "第1职业培训学校",
    date(2020, 9, 1), date(2020, 9, 20), 80, date(2020, 10, 30),
)  # fmt: skip


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_a_certificate_is_one_page_and_repeatable() -> None:
    pdf = certificate_pdf(PAPER)
    assert pdf.startswith(b"%PDF") and pages(pdf) == 1 and b"STSong-Light" in pdf
    assert pdf == certificate_pdf(PAPER) != certificate_pdf(replace(PAPER, revoked=True))


@pytest.mark.parametrize("name", ["<b>王</b>", "王&小明", "很长的名字" * 60])
def test_what_people_write_is_never_markup(name: str) -> None:
    assert pages(certificate_pdf(replace(PAPER, sentence=f"{name}参加车工培训。"))) == 1


def test_an_archive_breaks_over_pages_and_may_be_empty() -> None:
    head = ["日期", "类别", "内容", "明细"]
    long = archive_pdf(
        title="档案", facts=[("姓名", "王小明")], rows=[head, *[["1", "证书", "取得", "x"]] * 120], note=""
    )
    assert pages(long) > 2
    assert pages(archive_pdf(title="档案", facts=[], rows=[head], note="无")) == 1


def test_others_can_check_a_credential() -> None:
    made = credential(ISSUER, WHAT)
    token = ISSUER.sign(made, valid_from=valid_from(WHAT.issued_on))
    assert ISSUER.did == "did:web:wudan.example%3A8443"
    method = ISSUER.document()["verificationMethod"][0]
    head = jwt.get_unverified_header(token)
    assert head["alg"] == "EdDSA" and head["kid"] == method["id"]
    key = OKPAlgorithm.from_jwk(method["publicKeyJwk"])
    read = jwt.decode(token, key, algorithms=["EdDSA"])  # type: ignore[arg-type]
    assert (
        read["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
        and read["iss"] == read["issuer"]["id"]
    )
    assert read["validFrom"] == "2020-10-30T00:00:00+08:00" and read["nbf"] == 1603987200
    assert read["credentialSubject"]["achievement"]["humanCode"] == WHAT.number


def test_a_changed_credential_does_not_verify() -> None:
    token = ISSUER.sign(credential(ISSUER, WHAT), valid_from=valid_from(WHAT.issued_on))
    head, body, signature = token.split(".")
    forged = ".".join((head, body[:-4] + ("AAAA" if body[-4:] != "AAAA" else "BBBB"), signature))
    key = OKPAlgorithm.from_jwk(ISSUER.jwk)
    with pytest.raises(jwt.PyJWTError):
        jwt.decode(forged, key, algorithms=["EdDSA"])  # type: ignore[arg-type]
    other = OKPAlgorithm.from_jwk(replace(ISSUER, seed=seed_from(b"other")).jwk)
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, other, algorithms=["EdDSA"])  # type: ignore[arg-type]


def test_no_identity_number_leaves_in_a_credential() -> None:
    assert not re.search(r"\d{17}[\dX]", str(credential(ISSUER, WHAT)))


def test_what_was_revoked_is_listed() -> None:
    listed = revocation_list(ISSUER, [("abc", "考核作弊")])
    made = credential(ISSUER, WHAT)
    assert listed["id"] == made["credentialStatus"]["id"]
    assert listed["revokedCredential"][0]["id"] == made["id"]


def test_text_can_be_searched_in_a_reader() -> None:
    assert b"UniGB-UCS2-H" in certificate_pdf(PAPER)  # Chinese as Unicode, not as drawn shapes
