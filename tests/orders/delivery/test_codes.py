"""Codes: what they say, that only ours verify, and that nothing in them can be changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wudan.orders.delivery import codes

SECRET, OTHER = b"s" * 32, b"o" * 32
NOON = datetime(2020, 12, 1, 4, 0, 0, tzinfo=UTC)


@given(session=st.integers(1, 10**9), step=st.integers(0, 10**9))
def test_a_code_reads_back_as_it_was_made(session: int, step: int):
    code = codes.read(codes.make(SECRET, session, step, "7"))
    assert code and (code.session_id, code.step) == (session, step)
    assert codes.genuine(SECRET, code, "7")


@given(st.text(max_size=60))
def test_what_is_no_code_is_none(text: str):
    found = codes.read(text)
    assert found is None or not codes.genuine(SECRET, found, "7")


@given(at=st.integers(0, 80), flip=st.integers(1, 255))
def test_no_character_can_be_changed(at: int, flip: int):
    text = codes.make(SECRET, 15, 160_000_000, "7")
    raw = bytearray(text.encode())
    raw[at % len(raw)] ^= flip
    changed = raw.decode("latin-1")
    found = codes.read(changed)
    assert changed == text or found is None or not codes.genuine(SECRET, found, "7")


@pytest.mark.parametrize(
    ("secret", "session", "step", "room"),
    [(OTHER, 15, 9, "7"), (SECRET, 16, 9, "7"), (SECRET, 15, 10, "7"), (SECRET, 15, 9, "8")],
    ids=["secret", "session", "step", "room"],
)
def test_another_secret_session_step_or_room_is_another_code(
    secret: bytes, session: int, step: int, room: str
):
    mac = codes.make(secret, session, step, room).split(".")[2]
    assert not codes.genuine(SECRET, codes.Code(15, 9, mac), "7")


def test_a_code_lasts_its_seconds():
    step = codes.step_at(NOON, 10)
    assert codes.shown_from(step, 10) == NOON
    assert codes.step_at(NOON + timedelta(seconds=9.9), 10) == step
    assert codes.step_at(NOON + timedelta(seconds=10), 10) == step + 1


def test_digits_and_pins_are_six_and_differ():
    shown = {codes.digits(SECRET, 15, step, "7") for step in range(200)}
    pins = {codes.pin(SECRET, 15, member) for member in range(200)}
    assert all(len(d) == 6 and d.isdigit() for d in shown | pins)
    assert len(shown) > 195 and len(pins) > 195
    assert codes.pin(SECRET, 15, 1) != codes.pin(SECRET, 16, 1)
