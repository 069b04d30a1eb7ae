"""The walls of all rooms: states by raw SQL, append-only and TRUNCATE, sentences of constraints, the clock, the drawn chain."""

from __future__ import annotations

import ast
import re
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from tests.cast import AT, cast
from wudan.config.management.commands.draw_chain import CHAPTERS, TARGET, draw
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.kernel.roles import DUTY_SIDE, OFFICIAL, ROLE_LABELS, Role
from wudan.kernel.states import Move, StateTable
from wudan.orders.subsidy.models import Claim

WUDAN = Path(__file__).resolve().parents[2] / "wudan"
OURS = [m for m in apps.get_models() if m.__module__.startswith("wudan.")]
TABLES = {table.name: table for _, table in CHAPTERS}


def _triggers(model: type[models.Model]) -> dict[str, str]:
    """Wall name → its trigger's name in the database."""
    return {t.name: t.get_pgid(model) for t in getattr(model._meta, "triggers", [])}


def _wall_of(name: str) -> tuple[str, str]:
    """The table a state machine stands on, and its trigger's name in the database."""
    for model in OURS:
        if wall := _triggers(model).get(f"{name}_states"):
            return model._meta.db_table, wall
    raise AssertionError(f"no table stands on the state table {name}")


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLES)
def test_the_database_permits_exactly_the_moves_of_the_table(name: str) -> None:
    """The table's wall is on and asked before every insert and update; its function, set upon a bare table, permits the moves
    of the state table and no other."""
    machine, (table, wall) = TABLES[name], _wall_of(name)
    allowed = {(s, m.target) for m in machine.moves for s in m.sources} | {(s, s) for s in machine.states}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgenabled, tgtype, proname FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid"
            " WHERE tgrelid = %s::regclass AND tgname = %s",
            [table, wall],
        )
        [(enabled, kind, function)] = cursor.fetchall()
        assert (enabled, kind) == ("O", ROW | BEFORE | INSERT | UPDATE)
        cursor.execute("CREATE TEMP TABLE probe (state text) ON COMMIT DROP")
        cursor.execute("INSERT INTO probe SELECT unnest(%s::text[])", [list(machine.states)])
        cursor.execute(
            f"CREATE TRIGGER wall BEFORE INSERT OR UPDATE ON probe FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    for old in machine.states:
        begins = old in machine.initial
        assert _refused("INSERT INTO probe VALUES (%s)", [old]) is not begins, f"→ {old}"
        for new in machine.states:
            refused = _refused("UPDATE probe SET state = %s WHERE state = %s", [new, old])
            assert refused is ((old, new) not in allowed), f"{old} → {new}"


ROW, BEFORE, INSERT, UPDATE = 1, 2, 4, 16  # bits of pg_trigger.tgtype


def _refused(sql: str, values: list[str]) -> bool:
    """Whether the wall refuses it; undone at once either way."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            transaction.set_rollback(True)
    except DatabaseError as error:
        assert "wudan-state" in str(error)
        return True
    return False


@pytest.mark.django_db
def test_a_forged_state_is_refused_by_update_save_and_insert() -> None:
    with acting(actor=SYSTEM, at=AT, basis="测试"):
        here = cast(pools=False)
        claim = Claim.objects.create(
            number="S1", district=here.district, applied_by="person", person=here.person, scheme="training", applied_at=AT,
            fingerprint="x", state_since=AT, amount_fen=100, payee="person", submitted_by=1_000_001,
        )  # fmt: skip
    for attempt in (
        lambda: Claim.objects.filter(pk=claim.pk).update(state="paid"),
        lambda: _save_as(claim, "paid"),
        lambda: Claim.objects.bulk_update([_with_state(claim, "paid")], ["state"]),
    ):
        with pytest.raises(Refused) as caught, acting(actor=SYSTEM, at=AT, basis="测试"):
            attempt()
        assert caught.value.refusal.code == "wrong-state"
    forged = _with_state(claim, "approved")
    forged.pk, forged.number, forged.fingerprint = None, "S2", "y"
    with pytest.raises(Refused), acting(actor=SYSTEM, at=AT, basis="测试"):
        forged.save()


def _with_state(claim: models.Model, state: str) -> Claim:
    assert isinstance(claim, Claim)
    claim.state = state
    return claim


def _save_as(claim: models.Model, state: str) -> None:
    _with_state(claim, state).save()


# --- tables ------------------------------------------------------------------------------------------------------
# Rows that are neither history themselves nor recorded in it, and why.
UNRECORDED = {
    "Division": "reference data, loaded from a file",
    "User": "passwords; opening, closing and resetting are journalled",
    "OutboxEvent": "marked as delivered, then swept",
    "Roster": "its file and progress; confirmed claims are recorded",
    "Account": "moved by the ledger's legs alone",
    "Places": "a counter everybody locks; the enrolments behind it are recorded",
    "Run": "an experiment and its progress; it changes nothing",
}


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_every_table_is_recorded_or_only_added_to(model: type[models.Model]) -> None:
    walls = _triggers(model)
    held = [w for w in walls if w.endswith(("_history", "_append_only"))]
    assert held or model.__name__ in UNRECORDED, f"{model.__name__}: recorded(...) or append_only(...)"
    if any(w.endswith("_append_only") for w in walls):
        assert any(w.endswith("_no_truncate") for w in walls)


@pytest.mark.django_db
@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_every_declared_wall_stands_in_the_database(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'",
            [model._meta.db_table],
        )
        standing = {row[0] for row in cursor.fetchall()}
    assert set(_triggers(model).values()) <= standing


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model",
    [m for m in OURS if any(w.endswith("_no_truncate") for w in _triggers(m))],
    ids=lambda m: m.__name__,
)
def test_truncate_is_refused_also_in_a_cascade(model: type[models.Model]) -> None:
    for statement in ("TRUNCATE {} CASCADE", "TRUNCATE {} RESTART IDENTITY CASCADE"):
        with (
            pytest.raises(DatabaseError, match="不能整表清空"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(model._meta.db_table))


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_every_constraint_has_its_sentence(model: type[models.Model]) -> None:
    for constraint in model._meta.constraints:
        sentence = str(constraint.violation_error_message)
        assert re.search(r"[\u4e00-\u9fff]", sentence), f"{constraint.name} needs violation_error_message"
        assert not sentence.endswith(("。", "！", ".")) and "Constraint" not in sentence


def test_constraint_names_are_unique_and_no_field_hides_a_nameless_one() -> None:
    names = [c.name for m in OURS for c in m._meta.constraints]
    assert len(names) == len(set(names))


# --- the table itself --------------------------------------------------------------------------------------------
def test_a_table_that_contradicts_itself_is_not_built() -> None:
    for moves in (
        (Move("a", ("x",), "nowhere", (), "甲"),),
        (Move("a", ("x",), "y", (), "甲"), Move("a", ("y",), "x", (), "乙")),
    ):
        with pytest.raises(ValueError, match="t: "):
            StateTable("t", "表", {"x": "一", "y": "二"}, ("x",), moves)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_every_state_is_reached_and_every_move_has_somebody(table: StateTable) -> None:
    reached = set(table.initial) | {m.target for m in table.moves}
    assert reached == set(table.states)
    assert all(m.who and m.label for m in table.moves)
    assert f"[*] --> {table.initial[0]}" in table.mermaid()


def test_a_wrong_state_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="现处于“已拨付”，不能“受理”"):
        TABLES["claim"].check("accept", "paid")
    assert [m.verb for m in TABLES["claim"].allowed("cleared", Role.REVIEWER)] == ["approve", "reopen"]


def test_every_role_has_a_label_and_a_side() -> None:
    assert set(ROLE_LABELS) == set(DUTY_SIDE) == set(Role)
    assert {DUTY_SIDE[r] for r in OFFICIAL} == {"", "decide", "pay", "audit"}


# --- the drawn chain and the clock -------------------------------------------------------------------------------
def test_the_chain_is_drawn_from_the_tables_as_they_are() -> None:
    assert TARGET.read_text(encoding="utf-8") == draw(), "run: wudan manage draw_chain"
    call_command("draw_chain", "--check", stdout=StringIO())


def test_no_state_table_is_left_out_of_the_drawing() -> None:
    declared = sum(len(re.findall(r"= StateTable\(", f.read_text())) for f in WUDAN.rglob("states.py"))
    assert declared == len(CHAPTERS)


def test_only_the_edges_import_the_clock() -> None:
    edges = ("web/", "jobs/", "config/", "kernel/clock.py")
    found = []
    for file in WUDAN.rglob("*.py"):
        name = str(file.relative_to(WUDAN))
        for node in ast.walk(ast.parse(file.read_text())):
            names = (
                {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
                if isinstance(node, ast.ImportFrom)
                else set()
            )
            names |= {a.name for a in node.names} if isinstance(node, ast.Import) else set()
            if "wudan.kernel.clock" in names and not name.startswith(edges):
                found.append(name)
    assert found == []
