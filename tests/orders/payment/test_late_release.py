"""政策调整 with an earlier first day: everybody who begins since then is decided again, in batches; a stop in the middle loses nothing."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import AT, Cast, cast, make_person
from tests.orders.payment.late import live_line, paid
from tests.orders.subsidy.chain import submitted
from wudan.jobs.outbox import HANDLERS
from wudan.orders.payment.actions import rediscovering
from wudan.orders.payment.actions.rediscovering import rediscover_release
from wudan.orders.payment.models import Difference, LateFact
from wudan.orders.subsidy.models import Claim
from wudan.policy.actions import record_release
from wudan.policy.engine.rulebook import load_rulebook
from wudan.policy.models import Release
from wudan.policy.queries import rulebook_for

pytestmark = pytest.mark.django_db
SINCE = date(2020, 6, 1)
EARLY = {
    "started_on": date(2020, 3, 1),
    "ended_on": date(2020, 3, 20),
    "certificate_issued_on": date(2020, 4, 1),
}


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


@pytest.fixture
def release(tez: Cast, tmp_path: Path) -> Release:
    """1,700 yuan in place of 1,500."""
    folder = tmp_path / "taierzhuang"
    shutil.copytree(rulebook_for(tez.code).folder, folder)
    shutil.rmtree(folder / "cases")
    text = (folder / "values.yaml").read_text(encoding="utf-8").replace("4: 1500元", "4: 1700元")
    (folder / "values.yaml").write_text(text, encoding="utf-8")
    return record_release(load_rulebook(folder), AT)


def people(tez: Cast, count: int, first: int, **changes: object) -> list[Claim]:
    claims = [submitted(tez, make_person(first + n, name="孙八"), **changes) for n in range(count)]
    return paid(tez, *claims)


def told(release: Release, valid_from: date = SINCE) -> dict[str, object]:
    return {"district": "370405", "release": release.pk, "valid_from": valid_from.isoformat()}


def test_who_began_since_its_first_day_gets_the_difference(tez: Cast, release: Release) -> None:
    [late], [early] = people(tez, 1, 900), people(tez, 1, 950, **EARLY)
    for _ in range(2):
        HANDLERS["policy:released"](told(release), AT)
    line = live_line(late)
    assert (line.direction, line.paid_fen, line.right_fen) == ("pay", 150_000, 170_000)
    assert line.before is not None and (line.before.release.release, line.after.release) == (
        "2020.1",
        release,
    )
    assert not Difference.objects.filter(claim=early).exists() and Difference.objects.count() == 1
    fact = LateFact.objects.get()
    assert (fact.persons, fact.claims, fact.lines, fact.kind) == (1, 1, 1, "release")


def test_a_first_day_still_to_come_changes_nothing(tez: Cast, release: Release) -> None:
    people(tez, 1, 900)
    HANDLERS["policy:released"](told(release, date(2020, 12, 1)), AT)
    assert not LateFact.objects.exists()


def test_five_persons_cost_the_statements_of_two(
    tez: Cast, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(tez, 9, 900)
    # The first chunk may also read what is kept for a second (the rulebook in force), so the second is compared.
    chunk, counts, sizes = rediscovering._release_chunk, [], iter((2, 2, 5, 5))

    def counted(*given: object) -> None:
        monkeypatch.setattr(rediscovering, "CHUNK", next(sizes))
        with CaptureQueriesContext(connection) as seen:
            chunk(*given)  # type: ignore[arg-type]
        counts.append(len(seen))

    monkeypatch.setattr(rediscovering, "_release_chunk", counted)
    rediscover_release(district_id=tez.code, release_id=release.pk, valid_from=SINCE, at=AT)
    assert counts[1] == counts[2] and LateFact.objects.get().lines == 9


def test_killed_in_the_middle_it_goes_on_where_it_stood(
    tez: Cast, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(tez, 5, 900)
    monkeypatch.setattr(rediscovering, "CHUNK", 2)
    done: list[int] = []
    chunk = rediscovering._release_chunk

    def dies(*given: object) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        chunk(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(rediscovering, "_release_chunk", dies)
    with pytest.raises(KeyboardInterrupt):
        HANDLERS["policy:released"](told(release), AT)
    assert Difference.objects.count() == 4 and LateFact.objects.get().seen_at is None
    monkeypatch.setattr(rediscovering, "_release_chunk", chunk)
    HANDLERS["policy:released"](told(release), AT)
    assert Difference.objects.count() == 5 == LateFact.objects.get().lines
