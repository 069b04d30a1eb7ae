"""Forms: what people type is understood, and mistakes are explained where they are."""

from __future__ import annotations

from datetime import date

import pytest
from django import forms
from django.template import Context, Template

from wudan.kernel.errors import Refusal, Refused
from wudan.web.shared import forms as ours


class Sample(ours.Form):
    day = ours.DateField(label="日期", help_text="证书上的日期。")
    amount = ours.MoneyField(label="金额", required=False)
    phone = ours.PhoneField(label="手机", required=False)
    identity = ours.IdentityField(label="身份证号码", required=False)
    who = forms.ChoiceField(label="谁", widget=forms.RadioSelect, choices=[("a", "甲")])
    file = forms.FileField(label="名单", required=False)


def drawn(form: forms.Form) -> str:
    return Template("{% load wudan %}{% form form submit='提交申请' %}").render(
        Context({"form": form, "csrf_token": "t"})
    )


@pytest.mark.parametrize("typed", ["2020-03-23", " 2020/3/23", "2020.3.23", "20200323", "2020年3月23日"])
def test_a_day_is_read_in_every_common_style(typed: str) -> None:
    assert ours.DateField().clean(typed) == date(2020, 3, 23)


@pytest.mark.parametrize(
    ("typed", "fen"), [("1500", 150000), ("¥1,500.5", 150050), ("0.01元", 1), ("", None)]
)
def test_an_amount_becomes_fen(typed: str, fen: int | None) -> None:
    assert ours.MoneyField(required=False).clean(typed) == fen


@pytest.mark.parametrize("typed", ["一千", "1.005", "-1", "1e400"])
def test_an_amount_that_is_none_is_explained(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match="金额"):
        ours.MoneyField().clean(typed)


def test_numbers_are_checked_and_cleaned() -> None:
    assert ours.PhoneField().clean("138 1234 5678") == "13812345678"
    assert ours.IdentityField().clean("11010519491231002x") == "11010519491231002X"
    with pytest.raises(forms.ValidationError, match="校验位"):
        ours.IdentityField().clean("110105194912310021")


def test_a_mistake_stands_on_top_and_at_its_field() -> None:
    text = drawn(Sample({"day": "2020-13-01", "amount": "一千"}))
    assert "有3处需要修改" in text
    assert 'href="#id_day"' in text
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="id_day_helptext id_day_error"' in text
    assert 'id="id_day_error"' in text
    assert "请选择“谁”。" in text


def test_a_refusal_goes_back_to_its_field() -> None:
    form = Sample({"day": "2020-03-23", "who": "a"})
    assert form.is_valid()
    form.add_refused(Refused(Refusal("x", "日期太早。", "六（一）", field="day"), Refusal("y", "整件不行。")))
    assert form.errors["day"] == ["日期太早。（六（一））"]
    assert form.non_field_errors() == ["整件不行。"]


def test_an_empty_form_has_labels_and_no_errors() -> None:
    text = drawn(Sample())
    assert "需要修改" not in text
    for name in ("day", "amount", "phone", "identity", "file"):
        assert f'for="id_{name}"' in text
    assert "<legend>谁" in text
    assert 'enctype="multipart/form-data"' in text


def test_a_field_added_later_says_what_is_missing_too() -> None:
    class Asked(ours.Form):
        def __init__(self, data: dict[str, str]) -> None:
            super().__init__(data)
            self.fields["day"] = ours.DateField(label="发证日期")
            self.fields["kind"] = forms.ChoiceField(label="证书类别", choices=[("a", "甲")])

    form = Asked({})
    assert form.errors["day"] == ["请填写“发证日期”。"]
    assert form.errors["kind"] == ["请选择“证书类别”。"]
