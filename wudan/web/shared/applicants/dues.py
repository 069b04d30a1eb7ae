"""可享补贴 of an organisation: what its classes and projects have made due, filled in, to be confirmed class by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.identifiers import mask_name
from wudan.kernel.money import in_sentence
from wudan.orders.subsidy.actions import confirming
from wudan.orders.subsidy.queries import dues as queries
from wudan.orders.subsidy.states import DUE, OUTCOMES
from wudan.organisations.queries import current_account
from wudan.people.queries import current_accounts
from wudan.policy.queries import rulebook_for
from wudan.web.shared import forms as f
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.own_fields import OwnForm, own_asked, own_facts
from wudan.web.shared.parts import Crumb, Fact, Tone
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

TONES: dict[str, Tone] = {"ready": "wait", "not_due": "off", "claimed": "done", "declined": "off"}
STAGES = {"advance": "预拨", "balance": "结算"}


class ConfirmForm(f.Form):
    """On which agreements a provider claims."""

    authority = forms.CharField(
        label="代领协议编号", max_length=100, help_text="与学员签订的代领协议，例如：代领协议〔2020〕1—50号。"
    )


class FeeForm(f.Form):
    """What one apprentice's training cost, by the invoice."""

    fee = f.MoneyField(
        label="每人培训费", help_text="按培训发票上的金额填写；本班每人费用不同的，请用名册申请。"
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the class, the learner masked."""

    due: Any
    name: str
    tone: Tone
    word: str
    text: str
    no_account: bool


def dues(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """Every class and project with something to confirm, the newest first."""
    rulebook = rulebook_for(actor.district_id or "")
    rows: list[dict[str, Any]] = [
        {
            "row": row,
            "scheme": rulebook.schemes[row.scheme].label if row.scheme in rulebook.schemes else row.scheme,
            "stage": STAGES.get(row.stage or "", ""),
            "href": desk.url("due", row.first_id),
        }
        for row in queries.by_class(actor)
    ]
    context = frame(
        actor,
        desk,
        title="可享补贴",
        subtitle="班级结业、证书核发后，系统替您填好申请；核对后整班确认，不用再上传名册。",
        waiting=[r for r in rows if r["row"].ready],
        others=[r for r in rows if not r["row"].ready],
    )
    return page(request, "shared/applicants/dues.html", context)


def due(request: HttpRequest, actor: Actor, due_id: int, *, desk: Desk) -> HttpResponse:
    """One class's lines of one scheme; POST confirms the ticked ones."""
    one = _of(actor, due_id)
    together = queries.together_with(actor, one)
    needs_authority = desk.on_authority and one.person_id is not None
    form = ConfirmForm(request.POST if request.method == "POST" else None) if needs_authority else None
    refused: Refused | None = None
    if request.method == "POST" and (form is None or form.is_valid()):
        chosen = [
            d.pk for d in together if d.state == "ready" and str(d.pk) in request.POST.getlist("selected")
        ]
        if not chosen:
            messages.warning(request, "没有选中任何一项，请勾选要确认的补贴。")
            return redirect(desk.url("due", due_id))
        try:
            authority = form.cleaned_data["authority"] if form else ""
            claims = confirming.confirm_dues(due_ids=chosen, authority=authority, actor=actor, at=now())
        except Refused as no:
            refused = no
            together = queries.together_with(actor, one)
        else:
            total = sum(c.amount_fen or 0 for c in claims)
            by = f"，{cn_date(claims[0].due_on)}前受理" if claims[0].due_on else ""
            messages.success(
                request, f"已提交{len(claims)}笔申请，合计{in_sentence(total)}{by}。办理进度在“申请”里查看。"
            )
            return redirect(desk.url("due", due_id))
    return _show(request, actor, desk, one, together, form, FeeForm(), refused)


def fee(request: HttpRequest, actor: Actor, due_id: int, *, desk: Desk) -> HttpResponse:
    """填写培训费 for the class, then everything is asked again."""
    one = _of(actor, due_id)
    together = queries.together_with(actor, one)
    form = FeeForm(request.POST)
    if form.is_valid():
        try:
            confirming.state_fee(
                due_ids=_open(together), fee_fen=form.cleaned_data["fee"], actor=actor, at=now()
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "培训费已填写，下面是重新核算的结果。")
            return redirect(desk.url("due", due_id))
    return _show(request, actor, desk, one, together, None, form, None)


def own(request: HttpRequest, actor: Actor, due_id: int, *, desk: Desk) -> HttpResponse:
    """填写 what the rulebook asks besides, the same for the whole class; then everything is asked again."""
    one = _of(actor, due_id)
    together = queries.together_with(actor, one)
    form = _own_form(one, together, request.POST)
    if form is None:
        raise Http404
    if form.is_valid():
        try:
            confirming.state_own(due_ids=_open(together), own=form.answers(), actor=actor, at=now())
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "已填写，下面是重新核算的结果。")
            return redirect(desk.url("due", due_id))
    return _show(request, actor, desk, one, together, None, FeeForm(), None, form)


def _open(together: Sequence[Any]) -> list[int]:
    return [d.pk for d in together if d.state in ("ready", "not_due")]


def _own_form(one: Any, together: Sequence[Any], data: Any = None) -> OwnForm | None:
    rulebook = rulebook_for(one.district_id)
    names = own_asked(rulebook, rulebook.schemes[one.scheme].columns)
    if not names or not _open(together):
        return None
    return OwnForm(data, rulebook=rulebook, names=names, initial=queries.form_of(one).own)


def _of(actor: Actor, due_id: int) -> Any:
    one = queries.due(actor, due_id)
    if one is None:
        raise Http404
    return one


def _show(
    request: HttpRequest,
    actor: Actor,
    desk: Desk,
    one: Any,
    together: Sequence[Any],
    form: ConfirmForm | None,
    fee_form: FeeForm,
    refused: Refused | None,
    own_form: OwnForm | None = None,
) -> HttpResponse:
    rulebook = rulebook_for(one.district_id)
    rows = _rows(together, rulebook)
    ready = [r for r in rows if r.due.state == "ready"]
    title = one.training_class.name if one.training_class else f"项目{one.form.get('project_id', '')}"
    context = frame(
        actor,
        desk,
        title=title,
        subtitle="　".join(t for t in (rulebook.schemes[one.scheme].label, STAGES.get(one.form.get("project_stage", ""), "")) if t),
        crumbs=[Crumb("可享补贴", desk.url("dues")), Crumb(title)],
        one=one,
        rows=rows,
        ready=ready,
        ready_fen=sum(r.due.amount_fen or 0 for r in ready),
        undecided=sum(r.due.amount_fen is None for r in ready),
        missing=sum(r.no_account for r in ready),
        facts=_facts(one, rulebook),
        form=form,
        asks_fee=one.scheme == "apprenticeship" and bool(_open(together)),
        own_form=own_form or _own_form(one, together),
        fee_form=fee_form,
        account=current_account(actor.organisation_id or 0),
        refusals=refused.refusals if refused else (),
    )  # fmt: skip
    wrong = refused is not None or bool(
        (form and form.errors) or fee_form.errors or (own_form and own_form.errors)
    )
    return page(request, "shared/applicants/due.html", context, status=422 if wrong else 200)


def _rows(together: Sequence[Any], rulebook: Any) -> list[Row]:
    people = [d.person_id for d in together if d.person_id is not None]
    accounts = current_accounts(people) if people else {}
    found = []
    for d in together:
        why = queries.reasons_in_words(d) if d.state in ("not_due", "ready") else []
        word = OUTCOMES.get(d.outcome, "") if d.state == "ready" else DUE.states[d.state]
        to_person = d.person_id is not None and _to_person(rulebook, d)
        found.append(
            Row(
                due=d,
                name=mask_name(d.person.name) if d.person else f"项目{d.form.get('project_id', '')}",
                tone="done" if d.state == "ready" and d.outcome == "approved" else TONES[d.state],
                word=word,
                text="；".join(w.sentence for w in why),
                no_account=to_person and d.person_id not in accounts,
            )
        )
    return found


def _to_person(rulebook: Any, one: Any) -> bool:
    facts = queries.form_of(one).facts("1", f"#{one.person_id}", one.prepared_at)
    return bool(rulebook.payee_for(facts, one.applied_by).kind == "person")


def _facts(one: Any, rulebook: Any) -> list[Fact]:
    form = queries.form_of(one)
    if one.training_class is None:
        found = [
            Fact("项目编号", form.project_id),
            Fact("合同金额", in_sentence(form.contract_fen or 0), proof="项目合同"),
        ]
        if form.project_stage == "balance":
            rate = f"{form.employed_count * 100 / form.completed_count:.1f}%" if form.completed_count else "—"
            found += [
                Fact("结业人数", f"{form.completed_count}人", proof="结业名册"),
                Fact("就业人数", f"{form.employed_count}人（{rate}）", proof="就业核查"),
            ]
        return found + own_facts(rulebook, form.own)
    level = rulebook.levels.get(str(form.level))
    return [
        Fact("职业（工种）", "　".join(t for t in (form.occupation_name, level.label if level and form.level else "") if t)),
        Fact("培训日期", f"{cn_date(one.training_class.started_on)}至{cn_date(one.training_class.ended_on)}", proof="开班备案"),
        Fact("班级编号", form.class_id),
        *own_facts(rulebook, form.own),
    ]  # fmt: skip
