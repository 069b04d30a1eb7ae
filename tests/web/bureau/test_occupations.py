"""职业目录: searched, filtered, loaded by the policy office; a file with faults changes nothing."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from tests.cast import Cast
from wudan.occupations.models import Occupation

HEAD = "版本,职业编码,职业名称,出处\n"


def url(name: str) -> str:
    return reverse(f"bureau:{name}")


def text(response: Any) -> str:
    return str(response.content.decode())


def file(rows: str, name: str = "职业.csv") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, (HEAD + rows).encode())}


def test_searched_and_filtered(tez: Cast, as_: Any) -> None:
    client = as_(tez.policy)
    assert "还没有装入职业目录" in text(client.get(url("occupations")))
    call_command("load_occupations", stdout=io.StringIO())
    shown = text(client.get(url("occupations"), {"q": "电焊"}))
    assert "6-18-02-04" in shown
    assert "分类体系表" in shown  # every row says where it was read
    uncoded = text(client.get(url("occupations"), {"coded": "no", "edition": "2015"}))
    assert "编码待核" in uncoded
    assert "6-18-02-04" not in uncoded
    for who in (tez.intake, tez.reviewer):
        assert url("occupations_load") not in text(as_(who).get(url("occupations")))
        assert as_(who).get(url("occupations_load")).status_code == 403
    assert as_(tez.provider_clerk).get(url("occupations")).status_code == 403


def test_a_file_is_loaded_whole_or_not_at_all(tez: Cast, as_: Any) -> None:
    client = as_(tez.policy)
    wrong = client.post(url("occupations_load"), file("2022,6-18-02-04,焊工,官方\n2022,61801,车工,\n"))
    assert wrong.status_code == 422
    assert "一行也没有装入" in text(wrong)
    assert "没有写明出处" in text(wrong)
    assert not Occupation.objects.exists()
    loaded = client.post(url("occupations_load"), file("2022,6-18-02-04,焊工,官方\n"), follow=True)
    assert "新增1个" in text(loaded)
    again = client.post(url("occupations_load"), file("2022,6-18-02-04,焊工,官方\n"), follow=True)
    assert "新增0个，更新0个，不变1个" in text(again)


def test_what_is_no_table_is_said(tez: Cast, as_: Any) -> None:
    client = as_(tez.policy)
    assert "请选择“职业目录文件”" in text(client.post(url("occupations_load"), {}))
    picture = {"file": SimpleUploadedFile("a.xlsx", b"\x89PNG....")}
    assert client.post(url("occupations_load"), picture).status_code == 422
    assert not Occupation.objects.exists()
