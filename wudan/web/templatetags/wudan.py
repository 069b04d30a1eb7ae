"""What templates say and draw: `{% load wudan %}`. Each part is shown at /styleguide/ and in docs/web-parts.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField, Form
from django.template import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wudan.kernel import identifiers, money
from wudan.web.shared import forms as our_forms
from wudan.web.shared import words
from wudan.web.shared.parts import Bar, NavItem, Standing, Stat, Step, Tone

register = template.Library()

PARTS = "shared/parts"
# Never colour alone: each tone has its shape.
SHAPES: dict[str, str] = {
    "plain": "circle",
    "now": "circle-dot",
    "wait": "hourglass",
    "done": "circle-check",
    "wrong": "alert-triangle",
    "off": "ban",
}
STEP_SHAPES = {"done": "check", "now": "point", "todo": "", "stopped": "x", "skipped": "minus"}
STEP_WORDS = {"done": "已完成", "now": "进行中", "todo": "未开始", "stopped": "已停止", "skipped": "不适用"}


# --- words ---------------------------------------------------------------------------------------------------


@register.filter
def money_table(fen: int | None) -> str:
    """¥1,500.00 for a table cell, from fen."""
    return words.EMPTY if fen is None else money.in_table(fen)


@register.filter
def yuan(fen: int | None) -> str:
    """1,500元 for a sentence, from fen."""
    return words.EMPTY if fen is None else money.in_sentence(fen)


@register.filter
def count(number: int | None) -> str:
    """12,345 with thousands marked."""
    return words.EMPTY if number is None else f"{number:,}"


register.filter("money", money_table)
register.filter("cndate", words.cn_date)
register.filter("cntime", words.cn_time)
register.filter("cnmonth", words.cn_month)
register.filter("clock", words.clock_words)
register.filter("clock_tone", words.clock_tone)
register.filter("filesize_cn", words.size_words)
register.filter("mask_name", identifiers.mask_name)
register.filter("mask_identity", identifiers.mask_identity)
register.filter("mask_phone", identifiers.mask_phone)
register.filter("mask_account", identifiers.mask_account)


@register.filter
def when(value: date | datetime | None) -> str:
    """A date as a date, an instant with its time."""
    return words.cn_time(value) if isinstance(value, datetime) else words.cn_date(value)


@register.filter
def shape(tone: str) -> str:
    return SHAPES.get(tone, "circle")


# --- small marks ---------------------------------------------------------------------------------------------


@cache
def _sprite() -> str:
    """Where the pictures are; a page of a list asks it a hundred times and it never changes while we run."""
    return static("wudan/icons.svg")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A picture from our sprite. Decorative unless `label` says what it means."""
    if not name:
        return SafeString("")
    href = f"{_sprite()}#{name}"
    if label:
        return format_html(
            '<svg class="w-icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="w-icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag
def badge(word: str, tone: Tone = "plain") -> SafeString:
    """A state: word, shape and colour together."""
    return format_html('<span class="w-badge w-{}">{}{}</span>', tone, icon(SHAPES.get(tone, "circle")), word)


@register.simple_tag
def clock_badge(days_left: int | None, due: date | None = None) -> SafeString:
    """The clock in words with its colour; the due day follows in small print."""
    tone = words.clock_tone(days_left)
    shape_name = {"wrong": "alert-triangle", "wait": "clock-exclamation"}.get(tone, "clock")
    day = format_html(' <span class="w-clock-day">{}</span>', words.cn_date(due)) if due else ""
    return format_html(
        '<span class="w-clock w-{}">{}{}{}</span>', tone, icon(shape_name), words.clock_words(days_left), day
    )


_SHOWN: dict[str, Callable[[Any], str]] = {"money": money_table, "number": count, "date": words.cn_date, "time": words.cn_time}
_CELL_CLASS = {"money": "w-num", "number": "w-num", "date": "w-when", "time": "w-when"}


@register.simple_tag
def list_cell(cell: dict[str, Any]) -> SafeString:
    """One cell of a list. In Python, not as a template: a page has four hundred, and they were half of its time."""
    kind, value = cell["kind"], cell["value"]
    if kind == "badge":
        shown: Any = badge(value, cell["tone"])
    elif kind == "clock":
        shown = clock_badge(value, cell["due"])
    elif kind == "strong":
        shown = format_html("<b>{}</b>", value or words.EMPTY)
    elif kind in _SHOWN:
        shown = _SHOWN[kind](value)
    else:
        shown = words.EMPTY if value is None else value
    if cell["href"]:
        shown = format_html('<a href="{}">{}</a>', cell["href"], shown)
    note = format_html('<span class="w-hint">{}</span>', cell["note"]) if cell["note"] else ""
    css = format_html(' class="{}"', _CELL_CLASS[kind]) if kind in _CELL_CLASS else ""
    return format_html('<td role="cell" data-label="{}"{}>{}{}</td>', cell["label"], css, shown, note)


@register.inclusion_tag(f"{PARTS}/masked.html", takes_context=True)
def masked(
    context: Context, shown: str, what: str = "", reveal_url: str = "", full: str = ""
) -> dict[str, object]:
    """A masked value; with `reveal_url` (a POST that asks the reason) an official may ask for the original."""
    return {
        "shown": shown,
        "what": what,
        "reveal_url": reveal_url,
        "full": full,
        "csrf_token": context.get("csrf_token"),
        "request": context.get("request"),
    }


# --- the chain -----------------------------------------------------------------------------------------------


@register.inclusion_tag(f"{PARTS}/chain.html")
def chain(
    orders: Sequence[Step],
    claim: Sequence[Step] = (),
    standing: Standing | None = None,
    label: str = "办理进度",
) -> dict[str, object]:
    """提单 → 列单 → 选单 → 接单 → 买单, the claim's own steps below it, and where it stands in words."""
    return {"orders": orders, "claim": claim, "standing": standing, "label": label}


@register.filter
def step_shape(step: Step) -> str:
    return STEP_SHAPES[step.state]


@register.filter
def step_word(step: Step) -> str:
    return STEP_WORDS[step.state]


# --- tables and cards ----------------------------------------------------------------------------------------


@register.inclusion_tag(f"{PARTS}/working.html")
def working(
    rows: Sequence[Any], total: int | None = None, caption: str = "本次审核的依据与过程"
) -> dict[str, object]:
    """条款 · 检查内容 · 查到的事实 · 结果 · 金额."""
    return {
        "rows": rows,
        "total": total,
        "caption": caption,
        "differs": any(getattr(r, "was", "") for r in rows),
    }


@register.inclusion_tag(f"{PARTS}/facts.html")
def facts(rows: Sequence[Any], columns: int = 2) -> dict[str, object]:
    return {"rows": rows, "columns": columns}


@register.inclusion_tag(f"{PARTS}/history.html")
def history(events: Sequence[Any], label: str = "办理记录") -> dict[str, object]:
    return {"events": events, "label": label}


@register.inclusion_tag(f"{PARTS}/refusal.html")
def refusal(
    refusals: Any, title: str = "这项操作没有办理", ask: str = "", ask_phone: str = ""
) -> dict[str, object]:
    """One refusal or several: which fact, which clause, what to do, who to ask."""
    many = refusals if isinstance(refusals, list | tuple) else [refusals]
    return {"refusals": many, "title": title, "ask": ask, "ask_phone": ask_phone}


@register.inclusion_tag(f"{PARTS}/success.html")
def success(
    title: str, next_step: str = "", by: str = "", href: str = "", action: str = ""
) -> dict[str, object]:
    """What was done, what happens next and when."""
    return {"title": title, "next_step": next_step, "by": by, "href": href, "action": action}


@register.inclusion_tag(f"{PARTS}/empty.html")
def empty(
    title: str, text: str = "", href: str = "", action: str = "", icon_name: str = "inbox"
) -> dict[str, object]:
    return {"title": title, "text": text, "href": href, "action": action, "icon_name": icon_name}


@register.inclusion_tag(f"{PARTS}/error.html")
def error(title: str, text: str = "", saved: str = "", href: str = "", action: str = "") -> dict[str, object]:
    """The broken state: what went wrong, what was saved, what to press."""
    return {"title": title, "text": text, "saved": saved, "href": href, "action": action}


@register.inclusion_tag(f"{PARTS}/faults.html")
def faults(rows: Sequence[Any], total: int | None = None, href: str = "") -> dict[str, object]:
    """行 · 列 · 填写内容 · 问题 · 怎么改; `href` gives the file back with the faults marked."""
    return {"rows": rows, "total": len(rows) if total is None else total, "href": href}


@register.inclusion_tag(f"{PARTS}/progress.html")
def progress(
    done: int, total: int, label: str, poll_url: str = "", note: str = "", failed: str = "", unit: str = "行"
) -> dict[str, object]:
    """A bar with numbers and words. While not finished and with `poll_url`, htmx asks again every second."""
    percent = 100 if total <= 0 else min(100, done * 100 // total)
    return {
        "done": done,
        "total": total,
        "label": label,
        "percent": percent,
        "note": note,
        "failed": failed,
        "unit": unit,
        "poll_url": "" if failed or done >= total else poll_url,
    }


@register.inclusion_tag(f"{PARTS}/stats.html")
def stats(items: Iterable[Stat], label: str = "需要您处理的数字") -> dict[str, object]:
    return {"items": items, "label": label}


@register.inclusion_tag(f"{PARTS}/bars.html")
def bars(
    rows: Sequence[Bar], title: str, value_label: str = "数量", name_label: str = "项目"
) -> dict[str, object]:
    """A bar chart drawn inside the table that stands behind it."""
    top = max((row.value for row in rows), default=0) or 1
    drawn = [(row, round(row.value * 200 / top, 1)) for row in rows]
    return {"rows": drawn, "title": title, "value_label": value_label, "name_label": name_label}


@register.inclusion_tag(f"{PARTS}/confirm.html", takes_context=True)
def confirm(
    context: Context,
    key: str,
    label: str,
    title: str,
    text: str,
    action: str,
    page_url: str = "",
    tone: str = "primary",
    reason: str = "",
    small: bool = False,  # noqa: FBT001, FBT002
    comment: str = "",
) -> dict[str, object]:
    """A button that asks before it acts. Without JavaScript it opens `page_url` (or posts and the view asks). `reason` asks for
    words that must be written, `comment` for words that may."""
    return {
        "key": key,
        "label": label,
        "title": title,
        "text": text,
        "action": action,
        "page_url": page_url,
        "tone": tone,
        "reason": reason,
        "comment": comment,
        "small": small,
        "csrf_token": context.get("csrf_token"),
    }


# --- forms ---------------------------------------------------------------------------------------------------


@register.inclusion_tag("shared/form.html", takes_context=True)
def form(
    context: Context,
    form: Form,
    submit: str = "提交",
    action: str = "",
    cancel_url: str = "",
    cancel: str = "返回",
    note: str = "",
    method: str = "post",
    next_url: str = "",
) -> dict[str, object]:
    """A whole form: error summary, fields, buttons, and a sentence that says what pressing does."""
    return {
        "form": form,
        "submit": submit,
        "action": action,
        "cancel_url": cancel_url,
        "cancel": cancel,
        "note": note,
        "method": method,
        "next_url": next_url,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("shared/field.html")
def field(
    bound: BoundField, prefix: str = "", suffix: str = "", label: str = "", help_text: str | None = None
) -> dict[str, object]:
    """One labelled field with its help and its error beside it; `label` and `help_text` replace the form's own."""
    if label:
        bound.label = label
    if help_text is not None:
        bound.help_text = help_text
    return {
        "field": bound,
        "kind": our_forms.kind(bound),
        "control": our_forms.control(bound),
        "prefix": prefix,
        "suffix": suffix,
    }


register.filter("control", our_forms.control)  # a control alone, in a cell of a table; its own aria-label names it


@register.inclusion_tag("shared/form_errors.html")
def form_errors(form: Form) -> dict[str, object]:
    """The summary on top: every error once, linked to its field."""
    return {"form": form, "items": our_forms.error_items(form)}


# --- the frame -----------------------------------------------------------------------------------------------


def _resolve(url: str) -> str:
    if url.startswith(("/", "http", "#", "?")):
        return url
    try:
        return reverse(url)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def nav_items(context: Context, items: Iterable[NavItem]) -> list[dict[str, object]]:
    """Entries with address and whether we are there; an entry whose page does not exist is left out."""
    path = getattr(context.get("request"), "path", "")
    drawn = [(item, _resolve(item.url)) for item in items or ()]
    here = max((u for _, u in drawn if u and path.startswith(u)), key=len, default="")
    return [
        {
            "label": item.label,
            "icon": item.icon,
            "count": item.count,
            "url": url,
            "here": bool(here) and url == here,
        }
        for item, url in drawn
        if url
    ]


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: object) -> str:
    """This page's query string with some values changed; an empty value takes a key away."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else None
    if query is None:
        return ""
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"
