"""Reading certificates: by their holder, by their class, and by anybody who has the verification code."""

from __future__ import annotations

from django.db.models import QuerySet, Sum

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.periods import in_words
from wudan.kernel.roles import Role
from wudan.orders.delivery.credentials import Achievement
from wudan.orders.delivery.models import Certificate, Session
from wudan.orders.delivery.papers import CertificatePaper
from wudan.policy.queries import rulebook_for

_JOINED = ("person", "occupation", "district", "member__training_class__provider")


def visible_certificates(actor: Actor) -> QuerySet[Certificate]:
    """Newest first: a worker the own, a provider those of its classes, an enterprise those of its staff, officials the district's."""
    found = Certificate.objects.select_related(*_JOINED).order_by("-issued_on", "-id")
    if actor == SYSTEM:
        return found
    if actor.is_official:
        return found.filter(district_id=actor.district_id) if actor.district_id else found.none()
    if actor.role is Role.WORKER and actor.person_id:
        return found.filter(person_id=actor.person_id)
    if actor.role is Role.PROVIDER and actor.organisation_id:
        return found.filter(member__training_class__provider_id=actor.organisation_id)
    if actor.role is Role.ENTERPRISE and actor.organisation_id:
        return found.filter(member__employer_id=actor.organisation_id)
    return found.none()


def certificate_by_code(code: str) -> Certificate | None:
    """What the QR code opens, whatever its state; None for a code that was never given."""
    return Certificate.objects.select_related(*_JOINED).filter(code=code).first()


def certificate_of_holder(number: str, name: str, district_id: str) -> Certificate | None:
    """By the number on the paper and its holder's whole name, whatever its state; a number alone tells nothing of anybody.

    The kinds are named because the index begins with them.
    """
    kinds = list(rulebook_for(district_id).certificate_types)
    found = Certificate.objects.filter(kind__in=kinds, number=number, person__name=name)
    return found.select_related(*_JOINED).order_by("-pk").first()


def revoked_codes() -> list[tuple[str, str]]:
    """(verification code, reason) of everything we issued and took back: the public status list. The reason names no person."""
    found = Certificate.objects.filter(ours=True, state="revoked").order_by("pk")
    return [(code, "证书已撤销") for code in found.values_list("code", flat=True)]


def achievement_of(one: Certificate) -> Achievement:
    """What a credential says of a certificate."""
    book = rulebook_for(one.district_id)
    held = one.member.training_class if one.member else None
    return Achievement(
        code=one.code, number=one.number, kind=book.certificate_types[one.kind].label, occupation=one.occupation.name,
        level=book.levels[str(one.level)].label if one.level else "", holder=one.person.name, provider=one.issuer,
        started_on=held.started_on if held else None, ended_on=held.ended_on if held else None,
        hours=_hours(held.pk) if held else 0, issued_on=one.issued_on,
    )  # fmt: skip


def paper_of(one: Certificate, verify_url: str) -> CertificatePaper:
    """The words of the paper, for its holder: the identity number stays masked even there.

    What must stand on it: facts §2.4 (provider, project and time, truthfully).
    """
    what = achievement_of(one)
    period = (
        f"于{in_words(what.started_on)}至{in_words(what.ended_on)}"
        if what.started_on and what.ended_on
        else ""
    )
    level = f"（{what.level}）" if what.level else ""
    hours = f"，共{what.hours}课时" if what.hours else ""
    sentence = (
        f"{one.person.name}（{one.person.get_document_kind_display()}{one.person.number_masked}）{period}"
        f"参加{one.issuer}举办的{what.occupation}{level}培训{hours}，出勤和考核合格，准予结业。"
    )
    return CertificatePaper(
        what.kind,
        sentence,
        one.number,
        one.issuer,
        in_words(one.issued_on),
        verify_url,
        one.state == "revoked",
    )


def _hours(class_id: int) -> int:
    found = Session.objects.filter(training_class=class_id, cancelled=False)
    return int(found.aggregate(sum=Sum("hours"))["sum"] or 0)
