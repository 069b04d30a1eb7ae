"""Forms in plain words: fields people here fill in, and how the form templates draw and explain them.

A form validates what was typed; it saves nothing. A refusal by an action goes back into its form by `add_refused`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString

from wudan.kernel import identifiers, money
from wudan.kernel.errors import Refused


class Spoken:
    """Mixed into a form: what is missing is said in our words, also of a field that was added to the form afterwards."""

    fields: dict[str, forms.Field]

    def full_clean(self) -> None:
        for name, one in self.fields.items():
            chosen = isinstance(one, forms.ChoiceField | forms.FileField)
            word = "请选择" if chosen else "请填写"
            if one.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                one.error_messages["required"] = f"{word}“{one.label or name}”。"
        super().full_clean()  # type: ignore[misc]


class Form(Spoken, forms.Form):
    """A form whose standing sentences are ours: no colon after labels, errors that say how to mend them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def add_refused(self, refused: Refused) -> None:
        """Show what the action refused: beside its field where it names one, else on top."""
        for one in refused.refusals:
            self.add_error(one.field if one.field in self.fields else None, str(one))


class DateField(forms.DateField):
    """A day, typed or picked."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"])
        super().__init__(**kwargs)
        self.error_messages["invalid"] = "日期没有读懂。请按“2020年3月23日”或“2020-03-23”的样子填写。"

    def to_python(self, value: Any) -> date | None:
        return super().to_python(value.strip() if isinstance(value, str) else value)


class MoneyField(forms.CharField):
    """An amount in yuan as typed; cleans to whole fen."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "w-number"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            fen = money.parse_yuan(text)
        except ValueError:
            raise ValidationError("金额没有读懂。请填写数字，最多两位小数，例如1500或1500.50。") from None
        if fen < 0:
            raise ValidationError("金额不能小于0。")
        return fen

    def prepare_value(self, value: Any) -> Any:
        return money.plain(value) if isinstance(value, int) else value


class _CheckedField(forms.CharField):
    check: Callable[[str], object]

    def to_python(self, value: Any) -> Any:
        text = (super().to_python(value) or "").replace(" ", "")
        if not text:
            return text
        try:
            found = type(self).check(text)
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from None
        return found if isinstance(found, str) else getattr(found, "number", text.upper())


class IdentityField(_CheckedField):
    """An identity number with its check digit."""

    check = staticmethod(identifiers.parse_identity)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "class": "w-number"}))
        super().__init__(**{"max_length": 24, **kwargs})


class PhoneField(_CheckedField):
    """A mobile phone number."""

    check = staticmethod(identifiers.check_phone)

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "tel", "autocomplete": "tel", "class": "w-number"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**{"max_length": 24, **kwargs})


class ReasonForm(Form):
    """Why: asked before a masked value is shown, a case sent back, a decision overridden."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        min_length=4,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="至少4个字。这句话会写入办理记录，任何人不能删除。",
        error_messages={"min_length": "请至少写4个字，说明为什么。"},
    )


# --- how a field is drawn ------------------------------------------------------------------------------------

_KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "check"),
    (forms.CheckboxSelectMultiple, "choices"),
    (forms.RadioSelect, "choices"),
    (forms.FileInput, "upload"),
    (forms.Select, "select"),
    (forms.Textarea, "text"),
)
_CLASSES = {
    "check": "form-check-input",
    "select": "form-select",
    "text": "form-control",
    "upload": "w-upload-input",
}


def kind(bound: forms.BoundField) -> str:
    """Which of the few shapes of control a field takes."""
    return next((name for widget, name in _KINDS if isinstance(bound.field.widget, widget)), "text")


def control(bound: forms.BoundField) -> SafeString:
    """The control with our classes. Django adds aria-describedby and aria-invalid itself."""
    extra = _CLASSES.get(kind(bound))
    if not extra:
        return bound.as_widget()
    given = str(bound.field.widget.attrs.get("class", ""))
    wrong = " is-invalid" if bound.errors else ""
    return bound.as_widget(attrs={"class": f"{extra} {given}{wrong}".strip()})


def error_items(form: forms.BaseForm) -> list[tuple[str, str, str]]:
    """Every error once: the field's id, its label, the sentence."""
    if not form.is_bound:
        return []
    items = [("", "", str(sentence)) for sentence in form.non_field_errors()]
    for bound in form:
        items += [(bound.id_for_label or "", str(bound.label), str(sentence)) for sentence in bound.errors]
    return items
