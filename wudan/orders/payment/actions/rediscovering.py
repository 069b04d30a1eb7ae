"""事后更正: what became known late, as the lower rooms tell it, recorded once and looked at for exactly the persons it touches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.kernel.periods import in_words, legal_day
from wudan.orders.delivery.models import Certificate
from wudan.orders.payment.actions.redeciding import Tally, redecide
from wudan.orders.payment.models import LateFact
from wudan.orders.subsidy.actions.rectifying import rectifiable
from wudan.orders.subsidy.models import Claim, FactCorrection
from wudan.orders.subsidy.queries.now import first_day
from wudan.people.models import GroupTag
from wudan.policy.models import Evaluation, Release
from wudan.policy.queries import MONEY, rulebook_for, rulebook_of

BASIS = MONEY
CHUNK = 500


def rediscover_certificate(*, certificate_id: int, by: int | None = None, at: datetime) -> list[LateFact]:
    """证书撤销 of a certificate somebody claimed on, in every district where they did. Delivered again it adds nothing."""
    found = Certificate.objects.filter(pk=certificate_id, state="revoked").first()
    if found is None:
        return []
    return [
        _once(
            f"certificate:{found.pk}:revoked:{district}", district, kind="certificate", person_id=found.person_id,
            sentence=f"证书{found.number}被撤销", proof=found.reason, since=found.issued_on, recorded_by=by, at=at,
        )
        for district in _claimed_on(found.person_id, [found])
    ]  # fmt: skip


def rediscover_reissue(*, certificate_id: int, by: int | None = None, at: datetime) -> list[LateFact]:
    """证书重新签发 in place of a revoked one that somebody claimed on: what it proved is proved again."""
    found = Certificate.objects.filter(pk=certificate_id, state="issued").exclude(member=None).first()
    if found is None:
        return []
    gone = Certificate.objects.filter(
        member=found.member_id, kind=found.kind, level=found.level, state="revoked"
    ).order_by("pk")
    return [
        _once(
            f"certificate:{found.pk}:issued:{district}", district, kind="certificate-again", person_id=found.person_id,
            sentence=f"证书{found.number}代替已撤销的证书签发", proof=f"证书编号{found.number}，{found.issuer}",
            since=found.issued_on, recorded_by=by or found.recorded_by, at=at,
        )
        for district in _claimed_on(found.person_id, gone)
    ]  # fmt: skip


def rediscover_group(*, tag_id: int, by: int | None = None, at: datetime) -> list[LateFact]:
    """人员类别证明撤销 or 重新证明: where a claim of the person names the group on a day in question."""
    tag = GroupTag.objects.filter(pk=tag_id).first()
    if tag is None:
        return []
    again = tag.withdrawn is None
    days = tag.valid if again else tag.withdrawn
    claims = Claim.objects.filter(person=tag.person_id, groups__contains=[tag.group]).exclude(
        state="withdrawn"
    )
    districts = sorted({c.district_id for c in claims.order_by("pk") if first_day(c) in days})
    return [_group(tag, days.lower, district, by, at, again=again) for district in districts]


def rediscover_correction(*, correction_id: int, at: datetime) -> LateFact:
    """申请事实更正 (insured months, pension, attended days, counts of a project)."""
    one = FactCorrection.objects.select_related("claim").get(pk=correction_id)
    claim = one.claim
    rulebook = rulebook_for(claim.district_id)
    label = rectifiable(rulebook).get(one.column, one.column)
    was, value = (
        rulebook.show_own(one.column, v) if one.column in rulebook.own else _value(v)
        for v in (one.was, one.value)
    )
    return _once(
        f"correction:{one.pk}", claim.district_id, kind="fact", person_id=claim.person_id,
        projects=[claim.project_id] if claim.person_id is None else [],
        sentence=f"申请{claim.number}的“{label}”由{was}更正为{value}",
        proof="，".join(filter(None, (one.source, one.reference))), recorded_by=one.recorded_by, at=at,
    )  # fmt: skip


def rediscover_release(
    *, district_id: str, release_id: int, valid_from: date, by: int | None = None, at: datetime
) -> LateFact | None:
    """政策调整 with an earlier first day: everybody with a claim that begins on that day or later, in small transactions one after
    another; a stop in the middle goes on where it stood. None where the day is still to come: nothing was decided under it yet."""
    if valid_from > legal_day(at):
        return None
    release = Release.objects.get(pk=release_id)
    with acting(actor=SYSTEM, at=at, basis=release.document):
        fact = _recorded(
            f"release:{release_id}:{district_id}",
            district_id,
            kind="release",
            since=valid_from,
            recorded_by=by,
            at=at,
            sentence=f"{release.document}自{in_words(valid_from)}起施行，早于已经办理的申请",
            proof=f"{release.document}（版本{release.release}）",
        )
    while fact.seen_at is None:
        _release_chunk(fact.pk, release, valid_from, at)
        fact.refresh_from_db()
    return fact


def _release_chunk(fact_id: int, release: Release, valid_from: date, at: datetime) -> None:
    with acting(actor=SYSTEM, at=at, basis=release.document):
        fact = LateFact.objects.select_for_update(no_key=True).get(pk=fact_id)
        if fact.seen_at is not None:
            return
        begun = Claim.objects.annotate(begins=Coalesce("started_on", "certificate_issued_on")).filter(
            district=fact.district_id, begins__gte=valid_from
        )
        begun = begun.exclude(state="withdrawn")
        ids = begun.filter(person__gt=fact.progress).order_by("person_id").values_list("person_id", flat=True)
        persons = [pk for pk in ids.distinct()[:CHUNK] if pk is not None]
        projects: list[str] = []
        if not persons:  # last, the projects, which are measured among one another
            projects = list(
                begun.filter(person=None)
                .order_by("project_id")
                .values_list("project_id", flat=True)
                .distinct()
            )
        tally = redecide(
            fact, persons=persons, projects=projects, before=_book_before(release, persons, fact.district_id),
            after=rulebook_of(release), since=valid_from, at=at,
        )  # fmt: skip
        fact.progress = persons[-1] if persons else fact.progress
        _note(fact, tally, None if persons else at)


def _book_before(release: Release, persons: Iterable[int], district_id: str) -> Any:
    """The newest other release these persons' claims were decided by: a later release contains the earlier one."""
    decided = Evaluation.objects.filter(
        pk__in=Claim.objects.filter(person__in=list(persons), district=district_id)
        .order_by()
        .values("evaluation")
    )
    before = (
        decided.exclude(release=release).order_by("-release_id").values_list("release_id", flat=True).first()
    )
    return rulebook_of(Release.objects.get(pk=before)) if before else None


# --- recording --------------------------------------------------------------------------------------------------
def _claimed_on(person_id: int, certificates: Iterable[Certificate]) -> list[str]:
    """The districts where the person claimed on one of these."""
    named = Q(pk__in=[])
    for one in certificates:
        named |= Q(certificate_type=one.kind, certificate_number=one.number)
    claims = Claim.objects.filter(named, person=person_id).exclude(state="withdrawn")
    return sorted(set(claims.order_by().values_list("district_id", flat=True)))


def _group(
    tag: GroupTag, since: date, district: str, by: int | None, at: datetime, *, again: bool
) -> LateFact:
    label = rulebook_for(district).word(tag.group)
    return _once(
        f"tag:{tag.pk}:{'proved' if again else f'withdrawn:{since}'}:{district}", district,
        kind="group-again" if again else "group", person_id=tag.person_id,
        sentence=f"自{in_words(since)}起{'重新证明为' if again else '不再属于'}“{label}”",
        proof=f"{tag.proved_by}：{tag.proof}" if again else f"{tag.withdrawn_reason}（原证明：{tag.proved_by}，{tag.proof}）",
        since=since, recorded_by=by if again else tag.withdrawn_by, at=at,
    )  # fmt: skip


def _once(
    key: str,
    district: str,
    *,
    person_id: int | None,
    projects: Iterable[str] = (),
    at: datetime,
    **fields: Any,
) -> LateFact:
    """Record the fact and look again, in one transaction; a fact already looked at is left as it is."""
    with acting(actor=SYSTEM, at=at, basis=BASIS.of(district, at)):
        fact = _recorded(key, district, person_id=person_id, at=at, **fields)
        if fact.seen_at is None:
            persons = [] if person_id is None else [person_id]
            tally = redecide(
                fact, persons=persons, projects=list(projects), after=rulebook_for(district), at=at
            )
            _note(fact, tally, at)
    return fact


def _recorded(key: str, district: str, *, at: datetime, **fields: Any) -> LateFact:
    """The row of this key, locked; made where there is none. Two deliveries at once follow one another here."""
    LateFact.objects.bulk_create(
        [LateFact(key=key, district_id=district, recorded_at=at, **fields)], ignore_conflicts=True
    )
    return LateFact.objects.select_for_update(no_key=True, of=("self",)).get(key=key)


def _note(fact: LateFact, tally: Tally, seen_at: datetime | None) -> None:
    fact.persons += tally.persons
    fact.claims += tally.claims
    fact.lines += tally.lines
    fact.seen_at = seen_at
    fact.save(update_fields=["persons", "claims", "lines", "seen_at", "progress"])


def _value(value: object) -> str:
    return (
        {None: "空", True: "是", False: "否"}.get(value, str(value))
        if isinstance(value, bool | None)
        else str(value)
    )
