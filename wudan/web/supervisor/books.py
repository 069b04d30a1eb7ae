"""Claims, batches, pools and recoveries, to be read and never changed."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books import batches as batch_book
from wudan.web.shared.books import claims as claim_book
from wudan.web.shared.books import pools as pool_book
from wudan.web.shared.books import recoveries as recovery_book
from wudan.web.shared.books.common import Desk

AREA = "supervisor"


@require_GET
@for_roles(Role.SUPERVISOR)
def claims(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Every claim of the district."""
    return claim_book.claims(request, Desk(actor, AREA), "shared/list_page.html", {})


@require_GET
@for_roles(Role.SUPERVISOR)
def claim(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponseBase:
    """One claim with its working, opinions and every change."""
    return claim_book.claim(request, Desk(actor, AREA), claim_id, "shared/books/claim.html", {})


@require_POST
@for_roles(Role.SUPERVISOR)
def reveal(request: HttpRequest, actor: Actor, claim_id: int, kind: str) -> HttpResponseBase:
    """A number in full, for a reason; the supervisor's looks are journalled like everybody's."""
    return claim_book.reveal(request, Desk(actor, AREA), claim_id, kind, "shared/books/claim.html", {})


@require_GET
@for_roles(Role.SUPERVISOR)
def batches(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Every batch of the district."""
    return batch_book.batches(request, Desk(actor, AREA), "shared/list_page.html", {})


@require_GET
@for_roles(Role.SUPERVISOR)
def batch(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponseBase:
    """One batch, without buttons."""
    return batch_book.batch_page(request, Desk(actor, AREA), batch_id, "shared/books/batch.html", {})


@require_GET
@for_roles(Role.SUPERVISOR)
def recoveries(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Every recovery of the district."""
    return recovery_book.recoveries(request, Desk(actor, AREA), opens="claim")


@require_GET
@for_roles(Role.SUPERVISOR)
def pools(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Each pool with its balances on any day."""
    context = {"recoveries_url": reverse("supervisor:recoveries")}
    return pool_book.pools(request, Desk(actor, AREA), "shared/books/pools.html", context)


@require_GET
@for_roles(Role.SUPERVISOR)
def pool(request: HttpRequest, actor: Actor, pool_id: int) -> HttpResponseBase:
    """The statement of one pool."""
    return pool_book.statement(
        request, Desk(actor, AREA), pool_id, "shared/books/statement.html", {"budget_url": ""}
    )


@require_GET
@for_roles(Role.SUPERVISOR)
def pool_print(request: HttpRequest, actor: Actor, pool_id: int) -> HttpResponseBase:
    """The statement as a form to sign."""
    return pool_book.statement_print(request, Desk(actor, AREA), pool_id)
