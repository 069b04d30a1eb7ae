"""What became known late in the sample (事后更正): three certificates revoked after somebody was paid on them. One line is decided and the
money asked back, one waits for the second officer, one for the first."""

from __future__ import annotations

from datetime import date, timedelta

from wudan.config.sample.courses import at, work
from wudan.config.sample.setting import Stage
from wudan.orders.delivery.actions.certifying import revoke_certificate
from wudan.orders.delivery.models import Certificate
from wudan.orders.payment.actions.differing import confirm, propose
from wudan.orders.payment.models import Difference
from wudan.orders.subsidy.models import Claim

WHY = "核查发现由他人代考"
DOCUMENT = "区人力资源社会保障局核查通报〔2021〕第{}号（演示数据）"
HOW_FAR = ((20, 2), (9, 1), (3, 0))
"""Days before today on which it became known, and how many of the two officers have dealt with it since."""


def learn_late(stage: Stage, today: date) -> None:
    """Revoke, let the worker decide the persons again, and let the officers get as far as they got."""
    found = _paid_on(stage)
    for number, (days, officers) in enumerate(HOW_FAR):
        day = today - timedelta(days=days)
        certificate, claim = found[number]
        revoke_certificate(
            certificate_id=certificate.pk, reason=WHY, actor=stage.actors["fushen"], at=at(day)
        )
        work(at(day, 12))
        line = Difference.objects.get(claim=claim, state="open")
        if officers > 0:
            propose(
                difference_id=line.pk, proposal="recover", reason=WHY, document=DOCUMENT.format(number + 1),
                actor=stage.actors["shouli"], at=at(day + timedelta(days=1)),
            )  # fmt: skip
        if officers > 1:
            confirm(difference_id=line.pk, actor=stage.actors["fushen2"], at=at(day + timedelta(days=2)))


def _paid_on(stage: Stage) -> list[tuple[Certificate, Claim]]:
    """Certificates with the claim that was paid on them, the latest first, one of each class before a second of any."""
    issued = Certificate.objects.filter(district=stage.code, state="issued").exclude(member=None)
    by_holder = {(one.person_id, one.number): one for one in issued}
    by_class: dict[str, list[tuple[Certificate, Claim]]] = {}
    for claim in Claim.objects.filter(district=stage.code, state="paid").order_by("-pk"):
        certificate = by_holder.get((claim.person_id or 0, claim.certificate_number))
        if certificate is not None:
            by_class.setdefault(claim.class_id, []).append((certificate, claim))
    ranks = max(map(len, by_class.values()), default=0)
    return [pairs[rank] for rank in range(ranks) for pairs in by_class.values() if rank < len(pairs)]
