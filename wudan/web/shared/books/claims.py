"""Claims as finance and supervisor read them: the list, and one claim with its working, opinions, money and history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.payment import queries as payment
from wudan.orders.payment.states import INQUIRY, LINE
from wudan.orders.subsidy.queries.casefile import ClaimPage, claim_page
from wudan.orders.subsidy.queries.claims import Wanted, list_claims
from wudan.orders.subsidy.states import CLAIM, OUTCOMES, STEPS
from wudan.organisations.queries import organisations_of
from wudan.people.actions import unmask
from wudan.people.queries import current_account
from wudan.policy.queries import rulebook_for
from wudan.web.shared.books.common import CLAIM_TONES, LINE_TONES, Desk, claim_chain
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Event, Fact, Tone
from wudan.web.shared.render import page
from wudan.web.shared.words import day_words
from wudan.web.shared.working import work_rows

APPLIED_BY = [("person", "个人申领"), ("enterprise", "企业申请"), ("provider", "机构代领")]
PAYEES = {"person": "本人", "enterprise": "申请企业", "provider": "培训机构"}
OUTCOME_TONES: dict[str, Tone] = {
    "approved": "done",
    "rejected": "wrong",
    "review": "wait",
    "invalid": "wrong",
}
KINDS = ("identity", "phone", "account")
REVEALS = {Role.SUPERVISOR: KINDS, Role.FINANCE: ("account",)}
_OWN_VERBS = {"submit": "提交申请"}


def whose(claim: Any) -> str:
    """The person a claim is about, or for a project its organisation."""
    if claim.person is not None:
        return str(claim.person.name)
    return str(claim.organisation.name) if claim.organisation else str(claim.number)


def claims(
    request: HttpRequest, desk: Desk, template: str, context: dict[str, Any], *, title: str = "补贴申请"
) -> HttpResponseBase:
    """The list. Its number of queries does not grow with the rows."""
    rulebook = rulebook_for(desk.code)
    labels = {code: scheme.label for code, scheme in rulebook.schemes.items()}
    units = [
        (str(o.pk), o.name) for o in organisations_of(desk.actor) if o.kind in ("enterprise", "provider")
    ]
    funds = {code: fund.label for code, fund in rulebook.pools.items()}
    steps = [(f"step{n}", f"{label}环节") for n, (label, _) in enumerate(STEPS)]
    spec: ListPage[Any] = ListPage(
        title=title,
        search="申请编号、姓名、拼音或身份证号",
        sort="-id",
        unit="件",
        empty_title="没有符合条件的申请",
        filters=[
            Filter("state", "状态", [*CLAIM.choices(), *steps]),
            Filter("scheme", "补贴项目", list(labels.items())),
            Filter("overdue", "办理时限", [("1", "已超期")]),
            Filter("fund", "资金来源", list(funds.items())),
            Filter("overridden", "人工认定", [("1", "有人工认定")]),
            Filter("outcome", "核算结论", list(OUTCOMES.items())),
            Filter("applied_by", "申请方式", APPLIED_BY),
            Filter("organisation", "申请单位", units),
            Filter("since", "申请日期不早于", kind="date"),
            Filter("until", "申请日期不晚于", kind="date"),
        ],
        columns=[
            Column("申请编号", lambda c: c.number, "strong", "id", href=lambda c: desk.url("claim", c.pk), width=20),
            Column("姓名或单位", whose, width=22),
            Column("补贴项目", lambda c: labels.get(c.scheme, c.scheme), note=lambda c: c.occupation_name, width=24),
            Column("资金来源", lambda c: funds.get(c.fund, "未确定"), width=22),
            Column("申请日期", lambda c: legal_day(c.applied_at), "date", "applied_at"),
            Column("状态", lambda c: CLAIM.states[c.state], "badge", tone=lambda c: CLAIM_TONES[c.state],
                   note=lambda c: "有人工认定" if c.override_outcome else "", width=18),
            Column("办理时限", lambda c: desk.left(c.due_on), "clock", "due_on", due=lambda c: c.due_on, width=20),
            Column("金额（元）", lambda c: c.amount_fen, "money", "amount_fen", total=True),
        ],
    )  # fmt: skip
    return spec.respond(request, lambda query: _fetch(desk, query), template, context, district=desk.name)


def _fetch(desk: Desk, query: Query) -> QuerySet[Any]:
    state = query.get("state")
    states: Sequence[str] = [state] if state else ()
    if state.startswith("step"):
        states = STEPS[int(state[4:])][1]
    organisation = query.get("organisation")
    wanted = Wanted(
        states=states,
        scheme=query.get("scheme"),
        outcome=query.get("outcome"),
        applied_by=query.get("applied_by"),
        fund=query.get("fund"),
        overdue=query.get("overdue") == "1",
        overridden=query.get("overridden") == "1",
        organisation_id=int(organisation) if organisation else None,
        since=query.day("since"),
        until=query.day("until"),
        text=query.search,
    )
    return list_claims(desk.actor, wanted, today=desk.today).order_by(query.order_by or "-id", "-id")


def claim(
    request: HttpRequest,
    desk: Desk,
    claim_id: int,
    template: str,
    context: dict[str, Any],
    *,
    full: dict[str, str] | None = None,
) -> HttpResponse:
    """One claim on one screen, to be read. Refuses: not-found (a page of its own) where it is not the actor's to see."""
    seen = claim_page(claim_id, desk.actor, desk.today)
    lines = list(payment.lines_of_claim(claim_id))
    found = seen.claim
    own = {
        "title": f"{whose(found)} · {seen.scheme_label}",
        "crumbs": [Crumb("申请", desk.url("claims")), Crumb(found.number)],
        "seen": seen,
        "claim": found,
        "whose": whose(found),
        "outcome_tone": OUTCOME_TONES.get(found.outcome, "plain"),
        "facts": _facts(seen),
        "rows": work_rows(seen.working, found.outcome),
        "money": [*_money(seen), *_inquiry(found, desk)],
        "opinions": _opinions(seen),
        "lines": [
            (x, LINE.states[x.state], LINE_TONES[x.state], desk.url("batch", x.batch_id)) for x in lines
        ],
        "desk_claims": desk.url("claims"),
        "next": _next(found, desk),
        **claim_chain(found, desk),
        **_numbers(found, desk, full or {}),
    }
    return page(request, template, {**own, **context})


def _next(found: Any, desk: Desk) -> tuple[str, str] | None:
    """What the reader's own desk does with it now, and where; nothing where that is another desk's."""
    if found.state == "bounced" and (href := desk.url("correct", found.pk)):
        return "更正账户，重新拨付", href
    if found.state == "approved" and (href := desk.url("gather")):
        return "列入拨付批次", href
    return None


def reveal(
    request: HttpRequest, desk: Desk, claim_id: int, kind: str, template: str, context: dict[str, Any]
) -> HttpResponse:
    """查看原文: a number in full, once, for a reason that the journal keeps."""
    person = claim_page(claim_id, desk.actor, desk.today).claim.person
    account = current_account(person.pk) if person else None
    if (
        kind not in REVEALS.get(desk.actor.role, ())
        or person is None
        or (kind == "account" and account is None)
    ):
        raise Http404
    shown = unmask(
        kind=kind, subject_id=account.pk if kind == "account" and account else person.pk,
        reason=request.POST.get("reason", ""), actor=desk.actor, at=desk.at, district_id=desk.code,
    )  # fmt: skip
    response = claim(request, desk, claim_id, template, context, full={kind: shown})
    response["Cache-Control"] = "no-store"
    return response


def _numbers(found: Any, desk: Desk, full: dict[str, str]) -> dict[str, Any]:
    """The person's numbers, masked, with the address where this reader may ask for one in full."""
    may = REVEALS.get(desk.actor.role, ()) if found.person else ()
    return {
        "account": current_account(found.person.pk) if found.person else None,
        "reveal": {k: desk.url("claim_reveal", found.pk, k) if k in may else "" for k in KINDS},
        "full": {k: full.get(k, "") for k in KINDS},
    }


def _facts(seen: ClaimPage) -> list[Fact]:
    found = []
    for fact in seen.facts:
        if fact.text == "—" or (fact.column == "groups" and seen.groups):
            continue
        last = fact.seen[0] if fact.seen else None
        proof = f"{last.evidence.source} {last.evidence.reference}".strip() if last else ""
        day = legal_day(last.evidence.seen_at) if last else None
        found.append(Fact(fact.label, day_words(fact.text), proof, "", day))
    for group in seen.groups:
        tag = group.tag
        found.append(
            Fact(
                "人员类别",
                group.label,
                f"{tag.proof}（{tag.proved_by}）" if tag else f"开班时没有有效认定，由{group.department}认定",
                proved_on=tag.valid.lower if tag else None,
                tone="plain" if tag else "wait",
            )
        )
    return found


def _money(seen: ClaimPage) -> list[Fact]:
    found = seen.claim
    return [
        Fact("资金来源", seen.fund_label, seen.fund_clause),
        Fact("收款方", PAYEES.get(found.payee, "未确定"), seen.payee_clause),
        Fact("本人确认到账", found.get_receipt_answer_display()),
    ]


def _inquiry(found: Any, desk: Desk) -> list[Fact]:
    """What the person's 没有收到 came to."""
    one = payment.inquiries_of([found.pk]).get(found.pk)
    if one is None:
        return []
    by = f"，{day_words(str(one.due_on))}前答复" if one.state == "open" and one.due_on else ""
    said = f"，{one.finding}（流水号{one.voucher}）" if one.voucher else ""
    href = desk.url("inquiry", one.pk)
    return [
        Fact("到账核实", f"{INQUIRY.states[one.state]}{by}{said}", "查看并答复" if href else "", href,
             legal_day(one.answered_at or one.asked_at), tone="wait" if one.state == "open" else "plain")
    ]  # fmt: skip


def _opinions(seen: ClaimPage) -> list[Event]:
    """Newest first: what each officer decided and why."""
    moves = {m.verb: m for m in CLAIM.moves}
    bad = ("reject", "reject_second", "uphold", "bounce", "bounce_late", "open_recovery", "freeze")
    return [
        Event(
            r.at,
            moves[r.verb].label if r.verb in moves else _OWN_VERBS.get(r.verb, "办理"),
            r.actor_label,
            r.comment,
            tone="wrong" if r.verb in bad else "plain",
        )
        for r in reversed(seen.reviews)
    ]
