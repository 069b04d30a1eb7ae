"""The form of an offer, and what its buttons ask."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from wudan.kernel.actor import Actor
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import ONE_DAY
from wudan.orders.catalogue.queries.editions import entries_to_offer
from wudan.orders.catalogue.queries.offers import PoolChoice
from wudan.orders.catalogue.queries.prices import UNPRICED
from wudan.organisations.queries import organisations_of, public_organisations
from wudan.people.queries import towns
from wudan.policy.engine.rulebook import Rulebook
from wudan.web.bureau.listing.lists import level_words
from wudan.web.shared import forms as f

MODES = [("offline", "线下"), ("online", "线上"), ("blended", "线上线下结合")]


def entry_words(entry: Any, rulebook: Rulebook) -> str:
    """车工 中级工 职业技能等级证书 80课时 1,500元"""
    hours = entry.theory_hours + entry.practice_hours + entry.safety_hours
    price = UNPRICED if entry.price_fen is None else in_sentence(entry.price_fen)
    level = level_words(entry.level) if entry.level else ""
    parts = (
        entry.occupation.name,
        level,
        rulebook.word(entry.certificate_type),
        f"{hours}课时",
        price if entry.scheme else "没有补贴",
    )
    return "　".join(part for part in parts if part)


def _entry_choices(entries: list[Any], rulebook: Rulebook) -> list[tuple[int, str]]:
    """Entries of two catalogues that read alike are told apart by their catalogue."""
    words = [entry_words(e, rulebook) for e in entries]
    twice = {w for w, n in Counter(words).items() if n > 1}
    return [
        (e.pk, f"{w}　{e.edition.get_catalogue_display()}" if w in twice else w)
        for e, w in zip(entries, words, strict=True)
    ]


def offered_entries(actor: Actor, on: date, near: Any = None) -> list[Any]:
    """What can be offered; for a proposal what is of its occupation and level."""
    entries = list(entries_to_offer(actor.district_id or "", on))
    if near is None:
        return entries
    return [e for e in entries if (e.occupation_id, e.level) == (near.occupation_id, near.level)]


class OfferForm(f.Form):
    """What is offered, to whom, where, when; the money follows."""

    entry = forms.TypedChoiceField(label="目录条目", coerce=int, help_text="只列现行目录的条目。")
    line = forms.ChoiceField(label="培训类别")
    title = forms.CharField(
        label="班次名称", max_length=60, required=False, help_text="不填的按职业和等级命名。"
    )
    places = forms.IntegerField(
        label="名额", min_value=1, max_value=1000, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    min_heads = forms.IntegerField(label="最低开班人数", min_value=1, max_value=1000, initial=1)
    first = f.DateField(label="培训首日")
    last = f.DateField(label="培训末日")
    choose_until = f.DateField(label="选单截止日", help_text="这一天还可以选。")
    mode = forms.ChoiceField(label="培训方式", choices=MODES)
    town = forms.ChoiceField(label="上课镇街", required=False)
    schedule_note = forms.CharField(
        label="上课时间说明", max_length=60, required=False, help_text="例如“每周二、四晚上”。"
    )
    provider = forms.TypedChoiceField(
        label="培训机构", coerce=int, empty_value=None, required=False, help_text="不选的由机构接单。"
    )
    employer = forms.CharField(
        label="只面向一家企业",
        max_length=100,
        required=False,
        help_text="填企业全称，只有这家企业的职工能选。",
    )
    fee = f.MoneyField(label="学员自付（元）", required=False, help_text="免费的不填。")
    budget = f.MoneyField(
        label="每人预留（元）", required=False, help_text="只有未定标准的才填：按每人多少元预留。"
    )
    budget_basis = forms.CharField(
        label="预留依据", max_length=100, required=False, help_text="例如会议纪要的名称和文号。"
    )

    def __init__(
        self, *args: Any, actor: Actor, rulebook: Rulebook, on: date, entries: list[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        providers = public_organisations(actor.district_id or "", "provider")
        for name, choices in (
            ("entry", _entry_choices(entries, rulebook)),
            ("line", [(x.code, x.label) for x in rulebook.lines.values() if on >= x.valid_from]),
            ("town", [(t.code, t.name) for t in towns(actor.district_id or "")]),
            ("provider", [(p.pk, p.name) for p in providers]),
        ):
            blank = "请选择" if name in ("entry", "line") else "全区" if name == "town" else "由机构接单"
            self.fields[name].choices = [("", blank), *choices]  # type: ignore[attr-defined]
        self.empty = not entries

    def clean_employer(self) -> int | None:
        name = str(self.cleaned_data["employer"]).strip()
        if not name:
            return None
        found = organisations_of(self.actor, "enterprise").filter(name=name).first()
        if found is None:
            raise ValidationError("本区没有登记这个名称的企业，请核对全称。")
        return found.pk

    def values(self) -> dict[str, Any]:
        """What `draft_offer` takes."""
        data = self.cleaned_data
        return {
            "entry_id": data["entry"],
            "line": data["line"],
            "title": data["title"],
            "places": data["places"],
            "min_heads": data["min_heads"],
            "period": (data["first"], data["last"] + ONE_DAY),
            "choose_until": data["choose_until"],
            "mode": data["mode"],
            "town_code": data["town"] or None,
            "schedule_note": data["schedule_note"],
            "provider_id": data["provider"],
            "employer_id": data["employer"],
            "fee_fen": data["fee"] or 0,
            "budget_fen": data["budget"],
            "budget_basis": data["budget_basis"],
        }

    sections = (
        ("开什么班", ("entry", "line", "title")),
        ("名额和时间", ("places", "min_heads", "first", "last", "choose_until", "schedule_note")),
        ("在哪里、谁来教", ("mode", "town", "provider", "employer")),
        ("费用", ("fee", "budget", "budget_basis")),
    )

    @property
    def drawn_sections(self) -> list[tuple[str, list[Any]]]:
        return [
            (title, [self[name] for name in names if name in self.fields]) for title, names in self.sections
        ]


class ReserveForm(f.Form):
    """From which pool; the rule's own needs no reason."""

    pool_id = forms.TypedChoiceField(label="资金池", coerce=int, help_text="第一个是按规则列支的资金池。")
    reason = forms.CharField(label="改用其他资金池的理由", max_length=200, required=False)

    def __init__(self, *args: Any, pools: list[PoolChoice] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pool_id"].choices = [  # type: ignore[attr-defined]
            (c.pool.pk, f"{c.pool.label}，可用{in_sentence(c.available_fen)}") for c in pools or []
        ]


class PlacesForm(f.Form):
    places = forms.IntegerField(label="名额", min_value=1, max_value=1000)

    def __init__(self, *args: Any, taken: int = 0, now: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"places": now}, **kwargs})
        self.taken = taken

    def values(self) -> dict[str, int]:
        return {"places": self.cleaned_data["places"], "taken": self.taken}


class ProviderForm(f.Form):
    provider_id = forms.TypedChoiceField(label="培训机构", coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, providers: list[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider_id"].choices = [("", "由机构接单"), *(providers or [])]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {"provider_id": self.cleaned_data["provider_id"], "venue_id": None, "teacher_id": None}


class TimeForm(f.Form):
    """When it is; once it can be chosen only the last day of choosing moves."""

    choose_until = f.DateField(label="选单截止日")
    first = f.DateField(label="培训首日")
    last = f.DateField(label="培训末日")
    schedule_note = forms.CharField(label="上课时间说明", max_length=60, required=False)

    def __init__(self, *args: Any, offer: Any = None, **kwargs: Any) -> None:
        if offer is not None:
            kwargs.setdefault(
                "initial",
                {
                    "choose_until": offer.choose_until,
                    "first": offer.period.lower,
                    "last": offer.period.upper - ONE_DAY,
                    "schedule_note": offer.schedule_note,
                },
            )
        super().__init__(*args, **kwargs)
        if offer is not None and offer.state in ("open", "closed"):
            del self.fields["first"], self.fields["last"]

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        period = (data["first"], data["last"] + ONE_DAY) if "first" in data else None
        return {
            "choose_until": data["choose_until"],
            "period": period,
            "schedule_note": data["schedule_note"],
        }
