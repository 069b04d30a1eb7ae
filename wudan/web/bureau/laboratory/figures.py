"""The figures of a run as its page draws them: pairs of bars, each within the table that stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from wudan.kernel.money import in_sentence
from wudan.laboratory.figures import DIMENSIONS
from wudan.web.bureau.laboratory.showing import at
from wudan.web.shared.parts import Stat, Tone

WIDTH = 200


def shown(run: Any) -> dict[str, Any]:
    figures = run.figures
    tables = figures["tables"]
    before, after = _total(tables["scheme"], "before"), _total(tables["scheme"], "after")
    changed = figures["changed"]
    return {
        "stats": _stats(run, before, after, changed),
        "dimensions": [
            _dimension(name, label, tables[name], note=_NOTES.get(name, ""))
            for name, label in DIMENSIONS.items()
        ],
        "outcomes": [_pair(row) for row in tables["outcome"]],
        "changed": [
            {"label": label, "count": changed[name][0], "fen": changed[name][1], "href": f"{at('changes', run.pk)}?side={side}"}
            for name, side, label in _CHANGED
        ],
        "touched": _touched(figures.get("touched")),
        "outlook": _outlook(figures["outlook"]),
        "books": figures["rulebooks"],
        "left_out": figures["left_out"],
        "fixed": figures["fixed"],
        "history": figures["history"],
        "export_url": at("run_export", run.pk),
        "policy_url": reverse("bureau:policy"),
    }  # fmt: skip


def _touched(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if found is None else {**found, "since": date.fromisoformat(found["since"])}


_CHANGED = (
    ("gain", "gain", "金额增加"),
    ("lose", "lose", "金额减少"),
    ("newly", "newly", "由不发变为发"),
    ("no_longer", "no_longer", "由发变为不发"),
    ("same_sum", "same", "金额不变，结论或理由不同"),
)
_NOTES = {
    "group": "一个人有几个类别的，每个类别各计一次，合计会大于总数。",
    "fund": "按各自的规则确定从哪一笔资金支付。",
}


def _total(rows: list[Mapping[str, Any]], side: str) -> tuple[int, int]:
    return sum(row[side][0] for row in rows), sum(row[side][1] for row in rows)


def _stats(
    run: Any, before: tuple[int, int], after: tuple[int, int], changed: Mapping[str, Any]
) -> list[Stat]:
    delta = after[1] - before[1]
    heads = after[0] - before[0]
    tone: Tone = "wait" if delta > 0 else "plain"
    href = at("changes", run.pk)
    return [
        Stat("参加试算", f"{run.claims:,}", unit="份", note="所选年份的申请"),
        Stat("应付人次", f"{after[0]:,}", note=f"现行{before[0]:,}，{_more(heads, '人次')}", unit="人次"),
        Stat("应付金额", in_sentence(after[1]).removesuffix("元"), note=f"现行{in_sentence(before[1])}", unit="元"),
        Stat("差额", signed(delta).removesuffix("元"), note=_share(delta, before[1]), tone=tone, unit="元"),
        Stat("金额增加", f"{changed['gain'][0]:,}", f"{href}?side=gain", note=f"共多{in_sentence(changed['gain'][1])}", unit="份"),
        Stat(
            "金额减少", f"{changed['lose'][0]:,}", f"{href}?side=lose", note=f"共少{in_sentence(-changed['lose'][1])}",
            tone="wait" if changed["lose"][0] else "plain", unit="份",
        ),
    ]  # fmt: skip


def signed(fen: int) -> str:
    return f"＋{in_sentence(fen)}" if fen > 0 else f"－{in_sentence(-fen)}" if fen < 0 else "0元"


def _more(count: int, unit: str) -> str:
    return f"多{count:,}{unit}" if count > 0 else f"少{-count:,}{unit}" if count < 0 else "没有变化"


def _share(delta: int, before: int) -> str:
    if not delta:
        return "没有变化"
    if before <= 0:
        return "现行没有应付金额"
    tenths = abs(delta) * 1000 // before
    return f"{'增加' if delta > 0 else '减少'}{tenths // 10}.{tenths % 10}%"


def _dimension(name: str, label: str, rows: list[Mapping[str, Any]], *, note: str) -> dict[str, Any]:
    top = max((max(row["before"][1], row["after"][1]) for row in rows), default=0) or 1
    pairs = [_pair(row, top) for row in rows]
    total = None
    if name != "group" and len(rows) > 1:
        total = _pair({"label": "合计", "before": _total(rows, "before"), "after": _total(rows, "after")})
    return {"key": name, "label": label, "rows": pairs, "total": total, "note": note}


def _pair(row: Mapping[str, Any], top: int = 1) -> dict[str, Any]:
    before, after = row["before"], row["after"]
    return {
        "label": row["label"],
        "before": before,
        "after": after,
        "delta": after[1] - before[1],
        "heads": after[0] - before[0],
        "before_width": f"{before[1] * WIDTH / top:.1f}",
        "after_width": f"{after[1] * WIDTH / top:.1f}",
    }


_SIDES = (("before", "按现行政策"), ("after", "按草案"))


def _outlook(found: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        {
            **pool,
            "sides": [
                {"label": label, **_lasts(pool, pool[side], found["months"])} for side, label in _SIDES
            ],
        }
        for pool in found["pools"]
    ]
    return {**found, "since_words": month_words(found["since"]), "pools": rows}


def _lasts(pool: Mapping[str, Any], side: Mapping[str, Any], months: int) -> dict[str, Any]:
    """The sentence, and the formula filled in."""
    if side["lasts"] is None:
        return {**side, "sentence": "没有支出", "working": "", "soon": False}
    working = f"{in_sentence(pool['left_fen'])} ÷（{in_sentence(side['spent_fen'])} ÷ {months}个月）= {side['tenths'] / 10:g}个月"
    if side["month"] is None:
        return {**side, "sentence": "十年以内够用", "working": working, "soon": False}
    return {
        **side,
        "sentence": f"{month_words(side['month'])}起不够支付",
        "working": working,
        "soon": side["lasts"] < 12,
    }


def month_words(month: str) -> str:
    return f"{month[:4]}年{int(month[5:])}月"
