"""Which things of each kind belong to a trail: towards the wish by one's own way, towards the money by all ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Offer, Project
from wudan.orders.delivery.models import Assessment, Certificate, Member, TrainingClass
from wudan.orders.demand.models import Order
from wudan.orders.enrolment.models import Enrolment
from wudan.orders.payment.models import PaymentLine
from wudan.orders.subsidy.models import Claim, Due

_FOLLOWED = 500
"""So many are followed on to the next kind."""


@dataclass
class Around:
    """Which things of each kind belong to the trail. Towards the wish by one's own way, towards the money by all ways."""

    actor: Actor
    kind: str
    subject_id: int
    ids: dict[str, list[int]] = field(default_factory=dict)

    def walk(self) -> Around:
        self.add(self.kind, [self.subject_id])
        members = self.members()
        self.before(members)
        self.after(members)
        return self

    def add(self, kind: str, ids: Iterable[int | None]) -> None:
        known = self.ids.setdefault(kind, [])
        known += [pk for pk in dict.fromkeys(ids) if pk is not None and pk not in known]

    def has(self, *kinds: str) -> bool:
        return self.kind in kinds

    # --- the middle: learners of classes, to which both ends are tied -------------------------------------------
    def members(self) -> list[dict[str, Any]]:
        """The learners this thing is about, with class, enrolment, offer and person."""
        self.claims_of_money()
        wanted = self.learners()
        columns = (
            "pk", "person_id", "training_class_id", "training_class__number", "training_class__offer_id",
            "training_class__project_id", "enrolment_id", "enrolment__order_id",
        )  # fmt: skip
        if wanted is None:
            return []
        found = Member.objects.filter(wanted)
        if self.actor.role is Role.WORKER:
            found = found.filter(person=self.actor.person_id)
        return list(found.order_by("pk").values(*columns)[:_FOLLOWED])

    def claims_of_money(self) -> None:
        if self.has("batch"):
            lines = PaymentLine.objects.filter(batch__in=self.ids["batch"]).order_by("pk")
            self.add("line", lines.values_list("pk", flat=True)[:_FOLLOWED])
        if self.has("line", "batch"):
            rows = PaymentLine.objects.filter(pk__in=self.ids["line"]).order_by("pk")
            for claim_id, batch_id in rows.values_list("claim_id", "batch_id"):
                self.add("claim", [claim_id])
                self.add("batch", [batch_id])
        if self.has("line", "batch", "claim"):
            self.add(
                "due",
                Due.objects.filter(claim__in=self.ids["claim"]).order_by("pk").values_list("pk", flat=True),
            )
        if self.has("due"):
            self.add("claim", Due.objects.filter(pk__in=self.ids["due"]).values_list("claim", flat=True))

    def learners(self) -> Q | None:
        if self.has("line", "batch", "claim", "due"):
            return self.learners_of_claims()
        if self.has("certificate"):
            return Q(certificates__in=self.ids["certificate"])
        if self.has("assessment"):
            return Q(scores__assessment__in=self.ids["assessment"])
        if self.has("class"):
            return Q(training_class__in=self.ids["class"])
        if self.has("enrolment"):
            return Q(enrolment__in=self.ids["enrolment"])
        if self.has("offer"):
            return Q(training_class__offer__in=self.ids["offer"])
        if self.has("project"):
            return Q(training_class__project__in=self.ids["project"])
        if self.has("entry"):
            return Q(training_class__offer__entry__in=self.ids["entry"])
        if self.has("proposal"):
            return Q(training_class__offer__proposal__in=self.ids["proposal"])
        return Q(enrolment__order__in=self.ids["order"])

    def learners_of_claims(self) -> Q | None:
        """By the certificate or learner a line was prepared from; else by the class a claim names."""
        due_ids, claim_ids = self.ids.get("due", []), self.ids.get("claim", [])
        wanted: Q | None = None
        member_ids: list[int] = []
        for subject in Due.objects.filter(pk__in=due_ids).values_list("subject", flat=True):
            kind, _, rest = subject.partition(":")
            if kind == "certificate":
                self.add("certificate", [int(rest)])
            elif kind == "member":
                member_ids.append(int(rest))
            else:
                self.add("project", [int(rest.partition(":")[0])])
        if self.ids.get("certificate"):
            wanted = Q(certificates__in=self.ids["certificate"])
        if member_ids:
            wanted = (wanted or Q()) | Q(pk__in=member_ids)
        named = Claim.objects.filter(pk__in=claim_ids).order_by("pk")
        persons: set[int] = set()
        classes: set[str] = set()
        projects: set[str] = set()
        for person_id, number, project in named.values_list("person_id", "class_id", "project_id")[
            :_FOLLOWED
        ]:
            if person_id and number:
                persons.add(person_id)
                classes.add(number)
            elif person_id is None and project:
                projects.add(project)
        if projects:
            found = Project.objects.filter(number__in=projects).order_by("pk")
            self.add("project", found.values_list("pk", flat=True))
        if persons:
            mine = Q(person__in=persons, training_class__number__in=classes)
            wanted = mine if wanted is None else wanted | mine
        return wanted

    # --- towards the wish ----------------------------------------------------------------------------------------
    def before(self, members: Sequence[Mapping[str, Any]]) -> None:
        self.add("class", [m["training_class_id"] for m in members])
        if self.has("assessment"):
            self.add(
                "class",
                Assessment.objects.filter(pk=self.subject_id).values_list("training_class", flat=True),
            )
        if not self.has("class", "offer", "project", "entry", "proposal") or members:
            self.add("enrolment", [m["enrolment_id"] for m in members])
        self.add("offer", [m["training_class__offer_id"] for m in members])
        self.add("project", [m["training_class__project_id"] for m in members])
        if self.has("class"):
            self.add(
                "offer", TrainingClass.objects.filter(pk=self.subject_id).values_list("offer", flat=True)
            )
        self.choices()
        self.listings()
        self.wishes(members)

    def choices(self) -> None:
        """Enrolments that never came to a class belong to their offer all the same."""
        if self.has("enrolment"):
            self.add("offer", Enrolment.objects.filter(pk=self.subject_id).values_list("offer", flat=True))
        if self.has("order"):
            rows = (
                Enrolment.objects.filter(order=self.subject_id).order_by("pk").values_list("pk", "offer_id")
            )
            for pk, offer_id in rows[:_FOLLOWED]:
                self.add("enrolment", [pk])
                self.add("offer", [offer_id])
            self.add("proposal", Order.objects.filter(pk=self.subject_id).values_list("proposal", flat=True))

    def listings(self) -> None:
        """Offers by what was asked about, and what each offer came from."""
        start = {"entry": "entry", "proposal": "proposal", "project": "project"}.get(self.kind)
        if start is not None:
            self.add(
                "offer",
                Offer.objects.filter(**{start: self.subject_id})
                .order_by("pk")
                .values_list("pk", flat=True)[:_FOLLOWED],
            )
        elif self.has("order") and not self.ids.get("offer") and self.ids.get("proposal"):
            self.add(
                "offer", Offer.objects.filter(proposal__in=self.ids["proposal"]).values_list("pk", flat=True)
            )
        elif self.ids.get("project") and not self.ids.get("offer"):
            self.add(
                "offer",
                Offer.objects.filter(project__in=self.ids["project"])
                .order_by("pk")
                .values_list("pk", flat=True),
            )
        rows = Offer.objects.filter(pk__in=self.ids.get("offer", [])).order_by("pk")
        for entry_id, proposal_id, project_id in rows.values_list("entry_id", "proposal_id", "project_id"):
            self.add("entry", [entry_id])
            self.add("proposal", [proposal_id])
            self.add("project", [project_id])
        if not self.ids.get("class"):
            classes = TrainingClass.objects.filter(offer__in=self.ids.get("offer", [])).order_by("pk")
            self.add("class", classes.values_list("pk", flat=True)[:_FOLLOWED])

    def wishes(self, members: Sequence[Mapping[str, Any]]) -> None:
        """The learner's own order where the enrolment names one; else all that the class was made for."""
        own = [m["enrolment__order_id"] for m in members]
        if self.has("enrolment"):
            own += Enrolment.objects.filter(pk=self.subject_id).values_list("order", flat=True)
        self.add("order", own)
        alone = self.has("line", "claim", "due", "certificate", "enrolment", "order")
        if not (alone and self.ids.get("order")):
            orders = Order.objects.filter(proposal__in=self.ids.get("proposal", []))
            if self.actor.role is Role.WORKER:
                orders = orders.filter(person=self.actor.person_id)
            self.add("order", orders.order_by("pk").values_list("pk", flat=True)[:_FOLLOWED])

    # --- towards the money ---------------------------------------------------------------------------------------
    def after(self, members: Sequence[Mapping[str, Any]]) -> None:
        ids = [m["pk"] for m in members]
        if not self.has("assessment"):
            sat = Assessment.objects.filter(scores__member__in=ids).order_by("pk").distinct()
            self.add("assessment", sat.values_list("pk", flat=True)[:_FOLLOWED])
        if not self.has("certificate") and not (
            self.ids.get("certificate") and self.has("line", "claim", "due")
        ):
            held = Certificate.objects.filter(member__in=ids).order_by("pk")
            self.add("certificate", held.values_list("pk", flat=True)[:_FOLLOWED])
        if not self.has("line", "batch", "claim", "due"):
            self.dues_and_claims(ids, members)
        if not self.has("line", "batch"):
            self.payments()

    def dues_and_claims(self, ids: Sequence[int], members: Sequence[Mapping[str, Any]]) -> None:
        made = Q(certificate__in=self.ids.get("certificate", []))
        if not self.has("certificate"):
            made |= Q(subject__in=[f"member:{pk}" for pk in ids])
        if self.has("project"):
            made |= Q(subject__startswith=f"project:{self.subject_id}:")
        for pk, claim_id in Due.objects.filter(made).order_by("pk").values_list("pk", "claim_id")[:_FOLLOWED]:
            self.add("due", [pk])
            self.add("claim", [claim_id])
        pairs = {(m["person_id"], m["training_class__number"]) for m in members}
        if self.has("certificate"):  # a claim on another certificate of the same class is not of this one
            return
        named = Claim.objects.filter(
            person__in={person for person, _ in pairs}, class_id__in={number for _, number in pairs}
        ).order_by("pk")
        for pk, person_id, number in named.values_list("pk", "person_id", "class_id")[:_FOLLOWED]:
            if (person_id, number) in pairs:
                self.add("claim", [pk])

    def payments(self) -> None:
        rows = PaymentLine.objects.filter(claim__in=self.ids.get("claim", [])).order_by("pk")
        for pk, batch_id in rows.values_list("pk", "batch_id")[:_FOLLOWED]:
            self.add("line", [pk])
            self.add("batch", [batch_id])
