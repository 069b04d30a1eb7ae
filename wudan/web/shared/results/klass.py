"""One class after teaching; and certificates of other issuers recorded row by row."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.orders.delivery.actions.certifying import OURS, CertificateRow, record_certificates
from wudan.orders.delivery.queries.after import without_certificate
from wudan.policy.queries import rulebook_for
from wudan.web.shared.render import page
from wudan.web.shared.results.forms import CertificatesForm
from wudan.web.shared.results.place import Place, one_class
from wudan.web.shared.results.showing import context_of

LONGEST = 60


def klass(request: HttpRequest, actor: Actor, class_id: int, *, place: Place) -> HttpResponse:
    """For the provider: everything, and what is its turn."""
    return page(request, "shared/results/class.html", context_of(actor, one_class(actor, class_id), place))


def certificates(request: HttpRequest, actor: Actor, class_id: int, *, place: Place) -> HttpResponse:
    """登记证书: issuer and day once, a number for each who has one."""
    held = one_class(actor, class_id)
    rows: list[dict[str, Any]] = [
        {"member": m, "number": request.POST.get(f"n{m.pk}", "").strip()[:LONGEST], "errors": []}
        for m in without_certificate(held.pk)
    ]
    form = CertificatesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        sent = [row for row in rows if row["number"]]
        if not sent:
            form.add_error(None, "还没有填写证书编号。请至少填写一名学员的编号。")
        elif _record(actor, held, form, sent):
            messages.success(
                request, f"已登记{len(sent)}张证书。可以享受的补贴由系统自动整理，请到“可享补贴”查看。"
            )
            return redirect(place.url("class_results", held.pk))
    context = {
        "title": "登记证书",
        "subtitle": held.name,
        "crumbs": place.crumbs(held, "登记证书"),
        "held": held,
        "kind": rulebook_for(held.district_id).certificate_types[held.certificate_type].label,
        "level": rulebook_for(held.district_id).levels[str(held.level)].label if held.level else "",
        "ours": held.certificate_type == OURS,
        "form": form,
        "rows": rows,
        "wrong": sum(len(row["errors"]) for row in rows),
        "back": place.url("class_results", held.pk),
    }
    wrong = bool(form.errors or context["wrong"])
    return page(request, "shared/results/certificates.html", context, status=422 if wrong else 200)


def _record(actor: Actor, held: Any, form: CertificatesForm, sent: list[dict[str, Any]]) -> bool:
    data = form.cleaned_data
    given = [CertificateRow(r["member"].pk, r["number"], data["issued_on"], data["issuer"]) for r in sent]
    try:
        record_certificates(class_id=held.pk, rows=given, actor=actor, at=now())
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        told: set[str] = set()
        for one in refused.refusals:
            place, _, field = one.field.partition(":")
            said = f"{one.sentence.removeprefix(f'第{place}行：')}{one.remedy}"
            if place.isdigit() and field not in ("issuer", "issued_on"):
                sent[int(place) - 1]["errors"].append(said)
            elif said not in told:  # of every row alike
                form.add_error(field if field in form.fields else None, said)
                told.add(said)
        return False
    return True
