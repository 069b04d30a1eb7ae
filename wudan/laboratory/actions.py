"""Trying a draft: a run is asked for by an officer, and worked off by the queue, or at once where there is little to decide."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import Error, transaction

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.laboratory import facts
from wudan.laboratory.figures import Counted, Decided, moved, totals
from wudan.laboratory.models import Change, Run
from wudan.laboratory.money import outlook
from wudan.laboratory.states import RUN
from wudan.people.queries import towns
from wudan.policy.actions import record_release
from wudan.policy.drafts.checking import check
from wudan.policy.drafts.comparing import differences
from wudan.policy.drafts.queries import draft_of, files_of
from wudan.policy.engine.decide import decide_table
from wudan.policy.engine.form import facts_of
from wudan.policy.engine.problems import InputError
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.simulate import known_history
from wudan.policy.engine.table.source import Source
from wudan.policy.engine.values import to_day
from wudan.policy.queries import rulebook_for
from wudan.policy.stored import load_stored

BASIS = "政策试算"
HEAD = "规则集"
"""The statement of title and release: no rule."""
AT_ONCE = 2_000
"""Up to so many claims the page decides while the officer waits: under a second."""
BROKEN = "试算时系统出错，没有得出结果。请稍后再试；仍不成功的，请联系管理员。"


def start_run(*, draft_id: int, years: Sequence[int], actor: Actor, at: datetime) -> Run:
    """试算: the draft as it now stands against all claims of the years. Refuses: forbidden, does-not-load, needs-years,
    nothing-to-try, run_one_at_a_time."""
    actor.require(Role.POLICY)
    draft = draft_of(actor, draft_id)
    if draft is None:
        forbid("这份草案不属于您所在的区。")
    texts = files_of(draft.pk)
    found = check(draft.base.rulebook, texts)
    if found.rulebook is None:
        refuse(
            "does-not-load", f"草案还有{len(found.problems)}处问题，不能试算。", remedy="请先改正列出的问题。"
        )
    chosen = sorted(set(years))
    if not chosen:
        refuse("needs-years", "请选择年份。", remedy="至少选一年。", field="years", status=INVALID)
    count = facts.considered(draft.district_id, chosen).count()
    if not count:
        refuse("nothing-to-try", "所选年份没有申请。", remedy="请另选年份。", field="years", status=INVALID)
    with acting(actor=actor, at=at, basis=BASIS):
        release = record_release(rulebook_for(draft.district_id), at)
        run = Run.objects.create(
            district_id=draft.district_id,
            draft=draft,
            revision=draft.text_revision,
            files=texts,
            release=release,
            years=chosen,
            made_at=at,
            made_by=actor.user_id or 0,
            made_label=actor.label,
            claims=count,
        )
        tell(
            "laboratory:run", at=at, run=run.pk
        )  # also where the page decides at once: it may be cut off in the middle
    return run


def work_run(*, run_id: int, at: datetime) -> Run:
    """办理试算: decides twice and stores what differs. Run again it does nothing; killed, it can be run again."""
    run = (
        Run.objects.select_related("release", "draft__base")
        .defer("release__files", "draft__base__files")
        .get(pk=run_id)
    )
    if run.state not in ("waiting", "running"):
        return run
    if run.state == "waiting":
        _move(run, "begin")
    try:
        return _work(run, at)
    except InputError as error:
        return _move(run, "fail", problem=f"已发放的申请中有不能使用的记录：{error}")
    except Exception:
        # Where even this fails (the database is gone) the run stays `running` and the worker tries again.
        with contextlib.suppress(Error):
            _move(run, "fail", problem=BROKEN)
        raise


def _work(run: Run, at: datetime) -> Run:
    say = _progress(run.pk)
    before = load_stored(run.release)
    after = check(run.draft.base.rulebook, run.files).rulebook
    if after is None:
        return _move(run, "fail", problem="草案已经不能读通。")
    say(0, "正在读取申请")
    own = tuple({**before.own, **after.own})
    read = facts.read(
        run.district_id, run.years, lambda n: say(n * 50 // max(run.claims, 1), "正在读取申请"), own
    )
    say(50, "正在按现行政策核算")
    old = decided(before, read)
    say(65, "正在按草案核算")
    new = decided(after, read)
    say(80, "正在汇总")
    figures, changes = summed(run, read, old, new, at)
    say(90, "正在保存")
    with transaction.atomic():
        now = Run.objects.select_for_update().only("state").get(pk=run.pk)
        if now.state != "running":
            return run
        bulk.insert(Change, changes)
        run.figures, run.claims = figures, len(read.open) + len(read.fixed)
        _move(run, "finish")
    return run


def decided(rulebook: Rulebook, read: facts.Read) -> Decided:
    """One pass of the engine over the open claims; what people decided and what was paid before stand as history."""
    paid = _joined(read.history, read.fixed)
    history = known_history(rulebook, Source({**paid.facts, "amount_fen": paid.fens}, len(paid)))
    table: pa.Table = decide_table(rulebook, Source(read.open.facts, len(read.open)), history)
    return Decided(
        rulebook,
        table["outcome"].to_pylist(),
        table["amount_fen"].to_pylist(),
        table["reasons"].to_pylist(),
    )


def summed(
    run: Run, read: facts.Read, old: Decided, new: Decided, at: datetime
) -> tuple[dict[str, Any], list[Change]]:
    """The figures of a run, and a row for each claim that would be decided otherwise."""
    counted = Counted({town.code: town.name for town in towns(run.district_id)})
    for side, answers in enumerate((old, new)):
        counted.count(side, read.open, answers)
        fixed = read.fixed
        by_hand = Decided(answers.rulebook, ["approved"] * len(fixed), fixed.fens, [""] * len(fixed))
        counted.count(side, fixed, by_hand)
    differ = moved(old, new)
    tables = counted.as_json(old.rulebook, new.rulebook)
    months = facts.months_between(run.years, legal_day(at))
    figures = {
        "rulebooks": [old.rulebook.id, new.rulebook.id],
        "reasons": {
            code: words.label for book in (old.rulebook, new.rulebook) for code, words in book.reasons.items()
        },
        "left_out": read.left_out,
        "fixed": len(read.fixed),
        "history": len(read.history),
        "changed": totals(differ, old, new),
        "touched": touched(read.open, old.rulebook, new.rulebook),
        "tables": tables,
        "outlook": outlook(run.district_id, tables["fund"], months, legal_day(at)),
    }
    changes = [
        Change(
            run=run,
            claim_id=read.open.keys[one.place],
            before_outcome=old.outcomes[one.place],
            before_fen=one.before_fen,
            before_reasons=_codes(old.reasons[one.place]),
            after_outcome=new.outcomes[one.place],
            after_fen=one.after_fen,
            after_reasons=_codes(new.reasons[one.place]),
            delta_fen=one.delta,
        )
        for one in differ
    ]
    return figures, changes


def touched(claims: facts.Claims, before: Rulebook, after: Rulebook) -> dict[str, Any] | None:
    """From which day on the draft says something else, and how many of these claims begin on or after it; None where it says
    nothing else. A claim goes by the day it begins, so a draft for the future changes none of the past."""
    said = [one.after or one.before for one in differences(before, after) if one.topic != HEAD]
    days = [one.valid_from for one in said if one is not None]
    anchor = after.scope.anchor
    if not days or anchor is None:
        return None
    first, names = to_day(min(days)), sorted(anchor.columns())
    known: dict[tuple[Any, ...], bool] = {}
    count = 0
    for key in zip(*(claims.facts[name] for name in names), strict=True):
        if key not in known:
            begins = anchor.one(facts_of(dict(zip(names, key, strict=True)), after.forms))
            known[key] = begins is not None and begins >= first
        count += known[key]
    return {"since": min(days).isoformat(), "claims": count}


def _codes(text: str) -> list[str]:
    return [code for code in text.split(";") if code]


def _joined(one: facts.Claims, two: facts.Claims) -> facts.Claims:
    return facts.Claims(
        {name: [*one.facts[name], *two.facts[name]] for name in one.facts},
        [*one.keys, *two.keys],
        [*one.towns, *two.towns],
        [*one.months, *two.months],
        [*one.fens, *two.fens],
    )


def _move(run: Run, verb: str, *, problem: str = "") -> Run:
    run.state, run.problem = RUN.check(verb, run.state), problem
    run.percent, run.step = (100, "") if verb == "finish" else (run.percent, "")
    run.save(update_fields=["state", "problem", "percent", "step", "figures", "claims"])
    return run


def _progress(run_id: int) -> Callable[[int, str], None]:
    """Writes how far it is, outside any transaction, so that the page that asks sees it at once."""

    def write(percent: int, step: str) -> None:
        Run.objects.filter(pk=run_id, state="running").update(percent=percent, step=step)

    return write
