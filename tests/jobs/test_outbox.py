"""Messages become jobs once, whatever happens in between."""

from __future__ import annotations

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.cast import AT
from tests.harness.races import at_once
from wudan.jobs import outbox
from wudan.kernel.journal import tell
from wudan.kernel.models import OutboxEvent


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name="wudan.jobs.outbox.handle").count()


@pytest.mark.django_db
def test_a_message_becomes_one_job_and_is_marked_as_delivered():
    tell("roster:uploaded", at=AT, roster=7)
    assert outbox.deliver() == 1
    assert outbox.deliver() == 0
    job = ProcrastinateJob.objects.get(task_name="wudan.jobs.outbox.handle")
    assert job.args == {"topic": "roster:uploaded", "payload": {"roster": 7}}
    assert OutboxEvent.objects.get().dispatched_at is not None


@pytest.mark.django_db
def test_a_topic_nobody_listens_to_makes_no_job():
    tell("roster:discarded", at=AT, roster=7)
    assert outbox.deliver() == 1
    assert jobs() == 0


@pytest.mark.django_db(transaction=True)
def test_a_message_rolled_back_with_its_action_is_never_delivered():
    try:
        with transaction.atomic():
            tell("batch:halted", at=AT, batch=1)
            raise RuntimeError  # noqa: TRY301
    except RuntimeError:
        pass
    assert outbox.deliver() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_deliver_each_message_once():
    for n in range(40):
        tell("batch:halted", at=AT, batch=n)

    taken = sum(at_once(*[outbox.deliver] * 4))
    assert taken + outbox.deliver() == 40
    assert jobs() == 40


def test_every_topic_has_its_handler_registered_with_the_queue():
    from wudan.jobs import timetable

    assert set(outbox.HANDLERS) >= {
        "roster:uploaded",
        "roster:confirmed",
        "batch:halted",
        "certificate:issued",
    }
    assert timetable.outbox.handle.name == "wudan.jobs.outbox.handle"
