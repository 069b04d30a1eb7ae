"""Applications of the district: search, narrow, export, and pick like ones for batch review."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.subsidy.queries.claims import Wanted, list_claims
from wudan.orders.subsidy.states import CLAIM
from wudan.organisations.queries import organisations_of
from wudan.people.queries import towns
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk, about, claim_url
from wudan.web.bureau.words import APPLIED_BY, OUTCOMES, TONES
from wudan.web.shared.acting import for_roles
from wudan.web.shared.lists import Batch, Column, Filter, ListPage, Query

# What a role may do to many claims in one state, as the list and the check page offer it.
BATCHES: dict[Role, dict[str, str]] = {
    Role.INTAKE: {"submitted": "accept", "accepted": "pass_first"},
    Role.REVIEWER: {"first_passed": "pass_second"},
}


@require_GET
@for_roles(Role.INTAKE, Role.REVIEWER, Role.TOWN, Role.POLICY)
def claims(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The list. Its boxes to tick appear once it is narrowed to a state this role works on in batches."""
    desk = Desk(actor)
    state = request.GET.get("state", "")
    verb = BATCHES.get(actor.role, {}).get(state)
    batch = None
    if verb:
        batch = Batch(
            f"{reverse('bureau:batch')}?do={verb}",
            [(verb, f"批量{CLAIM.move(verb).label}")],
            lambda c: str(c.pk),
            "下一页会列出所选申请，请您核对后再办理。",
        )
    context = {"batch_hint": actor.role in BATCHES and not verb}
    return claims_page(desk).respond(
        request,
        lambda query: _fetch(desk, query),
        "bureau/claims.html",
        context,
        batch=batch,
        district=desk.name,
    )


def _fetch(desk: Desk, query: Query) -> Any:
    organisation = query.get("organisation")
    wanted = Wanted(
        states=[query.get("state")] if query.get("state") else (),
        scheme=query.get("scheme"),
        outcome=query.get("outcome"),
        applied_by=query.get("applied_by"),
        town=query.get("town"),
        group=query.get("group"),
        overdue=query.get("overdue") == "1",
        overridden=query.get("overridden") == "1",
        organisation_id=int(organisation) if organisation else None,
        since=query.day("since"),
        until=query.day("until"),
        text=query.search,
    )
    return list_claims(desk.actor, wanted, today=desk.today).order_by(query.order_by or "-id", "-id")


def claims_page(desk: Desk) -> ListPage[Any]:
    """The list with this district's own schemes, towns and organisations to choose from."""
    rulebook = rulebook_for(desk.code)
    schemes = [(code, scheme.label) for code, scheme in rulebook.schemes.items()]
    labels = dict(schemes)
    units = [
        (str(pk), name)
        for pk, name, kind in organisations_of(desk.actor).values_list("pk", "name", "kind")
        if kind in ("enterprise", "provider")
    ]
    return ListPage(
        title="补贴申请",
        search="申请编号、姓名、拼音或身份证号",
        sort="-id",
        unit="件",
        empty_title="没有符合条件的申请",
        empty_text="申请单位或个人提交后，会出现在这里。",
        filters=[
            Filter("state", "状态", CLAIM.choices()),
            Filter("scheme", "补贴项目", schemes),
            Filter("overdue", "办理时限", [("1", "已超期")]),
            Filter("town", "户籍或常住镇街", list(towns(desk.code).values_list("code", "name"))),
            Filter("organisation", "申请单位", units),
            Filter("outcome", "核算结论", list(OUTCOMES.items())),
            Filter("group", "人员类别", [(code, one.label) for code, one in rulebook.groups.items()]),
            Filter("applied_by", "申请方式", list(APPLIED_BY.items())),
            Filter("overridden", "人工认定", [("1", "有人工认定")]),
            Filter("since", "申请日期不早于", kind="date"),
            Filter("until", "申请日期不晚于", kind="date"),
        ],
        columns=[
            Column("申请编号", lambda c: c.number, "strong", "id", href=claim_url, width=20),
            Column("姓名或单位", about, href=None, width=18),
            Column("补贴项目", lambda c: labels.get(c.scheme, c.scheme), note=lambda c: c.occupation_name, width=24),
            Column("申请单位", lambda c: c.organisation.name if c.organisation else "本人", width=32),
            Column("申请日期", lambda c: legal_day(c.applied_at), "date", "applied_at"),
            Column("状态", lambda c: CLAIM.states[c.state], "badge", tone=lambda c: TONES[c.state]),
            Column("办理时限", lambda c: desk.left(c.due_on), "clock", "due_on", due=lambda c: c.due_on, width=20),
            Column("金额（元）", lambda c: c.amount_fen, "money", "amount_fen", total=True),
        ],
    )  # fmt: skip
