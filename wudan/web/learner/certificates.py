"""我的证书: each with its paper, its credential and the address others verify it at."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.delivery import credentials
from wudan.orders.delivery.papers import certificate_pdf
from wudan.orders.delivery.queries.certificates import achievement_of, paper_of, visible_certificates
from wudan.policy.queries import rulebook_for
from wudan.web.learner.frame import Visit, frame
from wudan.web.shared.acting import for_roles
from wudan.web.shared.codes import picture
from wudan.web.shared.issuing import issuer
from wudan.web.shared.render import page


@require_GET
@for_roles(Role.WORKER)
def certificates(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All of them, newest first."""
    rows = [_card(request, one) for one in visible_certificates(actor)]
    return page(request, "learner/certificates.html", frame(Visit(actor), title="我的证书", cards=rows))


@require_GET
@for_roles(Role.WORKER)
def paper(request: HttpRequest, actor: Actor, certificate_id: int) -> HttpResponse:
    """The certificate as PDF, for a certificate of ours."""
    one = _mine(actor, certificate_id)
    response = HttpResponse(
        certificate_pdf(paper_of(one, _verify_url(request, one))), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="{one.number}.pdf"'
    return response


@require_GET
@for_roles(Role.WORKER)
def credential(request: HttpRequest, actor: Actor, certificate_id: int) -> HttpResponse:
    """The signed Open Badges credential; it names its holder, so only the holder takes it away."""
    one = _mine(actor, certificate_id)
    if one.state != "issued":
        raise Http404
    by, what = issuer(request, one.issuer), achievement_of(one)
    token = by.sign(credentials.credential(by, what), valid_from=credentials.valid_from(what.issued_on))
    response = HttpResponse(token, content_type="application/vc+ld+jwt")
    response["Content-Disposition"] = f'attachment; filename="{one.number}.jwt"'
    return response


def _mine(actor: Actor, certificate_id: int) -> Any:
    one = visible_certificates(actor).filter(pk=certificate_id, ours=True).first()
    if one is None:
        raise Http404
    return one


def _card(request: HttpRequest, one: Any) -> dict[str, Any]:
    book = rulebook_for(one.district_id)
    return {
        "one": one,
        "kind": book.certificate_types[one.kind].label,
        "level": book.levels[str(one.level)].label if one.level else "",
        "live": one.state == "issued",
        "verify_url": _verify_url(request, one),
        "picture": picture(_verify_url(request, one)),
        "check_url": reverse("public:check", args=[one.district_id]),
        "paper_url": reverse("learner:certificate_paper", args=[one.pk]) if one.ours else "",
        "credential_url": reverse("learner:certificate_credential", args=[one.pk])
        if one.ours and one.state == "issued"
        else "",
    }


def _verify_url(request: HttpRequest, one: Any) -> str:
    return request.build_absolute_uri(reverse("public:verify", args=[one.code]))
