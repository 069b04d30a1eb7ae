"""Choosing occupations in a form: typed as people say them, offered as one types, resolved on the server."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from wudan.occupations.queries import level_label, named, occupations, search_occupations

LEVEL_CHOICES = [(str(level), level_label(level)) for level in (5, 4, 3, 2, 1, 0)]
UNCODED = "编码待核"
_BREAKS = re.compile(r"[\n、，,；;]+")


def code_words(one: Any) -> str:
    """6-18-02-04（2022年版大典）, or 编码待核."""
    return f"{one.code}（{one.get_edition_display()}）" if one.code else UNCODED


def resolve(text: str) -> Any:
    """The occupation meant. Raises ValidationError naming those it might be."""
    text = text.split("（")[0].strip() or text.strip()
    if (found := named(text)) is not None:
        return found
    hits = search_occupations(text, 6)
    if len(hits) == 1:
        return hits[0]
    if not hits:
        raise ValidationError(f"没有找到“{text}”。请换一种说法，或只填其中两三个字。")
    names = "、".join(one.name for one in hits)
    raise ValidationError(f"“{text}”可能是：{names}。请填写其中一个的全称。")


class OccupationInput(forms.TextInput):
    """A text box which offers the names in the newest edition, with the way people say them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        key = f"{name}-occupations"
        box = super().render(name, value, {**(attrs or {}), "list": key, "autocomplete": "off"}, renderer)
        known = [*occupations("2022"), *occupations("local")]
        options = format_html_join(
            "", '<option value="{}">{}</option>', ((o.name, "、".join(o.aliases)) for o in known)
        )
        return format_html('{}<datalist id="{}">{}</datalist>', box, key, options)


class OccupationField(forms.CharField):
    """One occupation; cleans to the Occupation."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", OccupationInput())
        kwargs.setdefault("help_text", "输入名称或平常的说法，如“电焊”“叉车”“月嫂”。")
        super().__init__(**{"max_length": 60, **kwargs})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return resolve(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, "name", value)


class OccupationsField(forms.CharField):
    """Several, one a line; cleans to a list of Occupations."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        kwargs.setdefault("help_text", "一行一个，如“焊工”“车工”。")
        super().__init__(**{"max_length": 1000, **kwargs})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        words = list(dict.fromkeys(word.strip() for word in _BREAKS.split(text) if word.strip()))
        found, wrong = {}, []
        for word in words:
            try:
                one = resolve(word)
                found[one.pk] = one
            except ValidationError as error:
                wrong.append(error)
        if wrong:
            raise ValidationError(wrong)
        return list(found.values())

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(one.name for one in value) if isinstance(value, list | tuple) else value
