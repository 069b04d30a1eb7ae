"""The functions written from a rulebook decide as the table does, on any rulebook; and a rule changed anywhere is noticed."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy.engine.boundaries import Boundaries, inside
from wudan.policy.engine.compiled.schemes import compiled
from wudan.policy.engine.decide import decide_table, source_of
from wudan.policy.engine.form import Row, check_row
from wudan.policy.engine.lang import arithmetic as ar
from wudan.policy.engine.lang import nodes as nd
from wudan.policy.engine.model import AmountRule, CapRule, Condition, CountRule, OverlapRule, Plan
from wudan.policy.engine.rulebook import Rulebook, available_rulebooks, load_rulebook
from wudan.policy.engine.single import check_history, decide_checked, decide_rows

BOOKS = available_rulebooks()
OURS = [name for name in BOOKS if not load_rulebook(name).example]
"""Those that districts run on."""
Plain = tuple[str, str, int | None, str]


def by_table(rulebook: Rulebook, claims: list[Any], paid: list[Any]) -> list[Plain]:
    columns = rulebook.forms.by_name
    found = decide_table(rulebook, source_of(claims, columns), source_of(paid, columns)).to_pylist()
    return [(r["claim_id"], r["outcome"], r["amount_fen"], r["reasons"]) for r in found]


def by_functions(rulebook: Rulebook, rows: list[Row], paid: list[Row]) -> list[Plain]:
    found = decide_checked(rulebook, rows, paid)
    return [(r.row.claim_id, r.outcome, r.amount, ";".join(r.reasons)) for r in found]


@pytest.mark.parametrize("name", BOOKS)
@settings(max_examples=8, deadline=None)
@given(random=st.randoms(use_true_random=False), persons=st.integers(0, 5))
def test_the_functions_decide_as_the_table_does(name: str, random: Random, persons: int) -> None:
    rulebook = load_rulebook(name)
    claims, paid = boundaries(name).table(random, persons, each=3)
    rows = [check_row(row, rulebook.forms) for row in claims]
    assert by_functions(rulebook, rows, check_history(rulebook, paid)) == by_table(rulebook, claims, paid)


@pytest.mark.parametrize("name", BOOKS)
def test_near_every_boundary_the_functions_decide_as_the_table_does(name: str) -> None:
    for claims, rows, paid, history in fixed(name):
        assert by_functions(load_rulebook(name), rows, history) == by_table(load_rulebook(name), claims, paid)


@pytest.mark.parametrize("name", BOOKS)
def test_what_a_working_says_is_what_the_nodes_say(name: str) -> None:
    """Every condition's answer and every step of the amount, against asking the typed nodes themselves."""
    rulebook = load_rulebook(name)
    for row in (row for _, rows, _, _ in fixed(name)[:4] for row in rows if not row.bad):
        scheme = compiled(rulebook)[row.facts["scheme"]]
        held, seen, steps, *_ = scheme.decide(row.facts)
        for condition, holds, saw in zip(scheme.plan.conditions, held, seen, strict=True):
            asked = condition.when is None or bool(condition.when.one(row.facts))
            assert holds is (bool(condition.require.one(row.facts)) if asked else None), condition.code
            if asked:
                named = condition.require.named()
                assert saw == {
                    **{column: row.facts[column] for column in condition.require.columns()},
                    **{n: p.one(row.facts) for n, p in named.items() if p.type.kind in ("num", "date")},
                }
        parts = scheme.plan.amount.parts if scheme.plan.amount else ()
        assert steps == tuple(part.node.one(row.facts) for part in parts)


@pytest.mark.parametrize("name", BOOKS)
def test_no_word_of_a_rulebook_becomes_code(name: str) -> None:
    ours = {*keyword.kwlist, "decide", "recall", "facts", "get", "bool", "min", "max", "isdisjoint"}
    for code in load_rulebook(name).plans:
        text = compiled(load_rulebook(name))[code].text
        assert {w for w in re.findall(r"\w+", text) if not re.fullmatch(r"[kv][0-9]+", w)} <= ours
        assert set(re.sub(r"[\w\s]", "", text)) <= set("-+*/<>=!(){}:,.")


class Odd(nd.Node):
    """A node the writer has never heard of."""

    def one(self, facts: nd.Facts) -> Any:
        return facts["level"] == 4


def test_an_unknown_node_is_asked_itself() -> None:
    rulebook = load_rulebook("taierzhuang")
    plan = rulebook.plans["training"]
    odd = replace(plan.conditions[0], require=Odd(nd.TRUE.type))
    changed = with_plans(rulebook, {"training": replace(plan, conditions=(odd,))})
    row = {"claim_id": "A", "person_id": "#1", "scheme": "training", "applied_at": "2020-01-01"}
    for level, reason in ((4, ()), (5, (odd.reason,))):
        assert decide_rows(changed, [{**row, "level": level}], [])[0].reasons == reason


# --- deliberate mistakes ------------------------------------------------------------------------------------------
EQUIVALENT = {
    "taierzhuang": {
        "duplicate: when 5 + 1",  # a special ability counts as level 5, and is asked whether its level is above 0
        "duplicate: when 5 - 1",
        "employment-rate: when > as >=",  # with nobody completed the rate would hold, and no-completion refuses
        "employment-rate: when 0 - 1",
    }
}
"""Changes that no decision can show."""


@pytest.mark.parametrize("name", OURS)
def test_every_deliberate_mistake_is_noticed(name: str) -> None:
    """Each number, comparison, connective, limit, scheme and effect of the rulebook changed, one at a time: the fixed claims decided
    by the functions of the changed rulebook must differ from the table's decisions by the true one."""
    rulebook = load_rulebook(name)
    tables = [
        (rows, history, by_table(rulebook, claims, paid)) for claims, rows, paid, history in fixed(name)
    ]
    assert all(by_functions(rulebook, rows, history) == right for rows, history, right in tables)
    unseen, tried = [], 0
    for said, changed in mutants(rulebook):
        tried += 1
        if all(by_functions(changed, rows, history) == right for rows, history, right in tables):
            unseen.append(said)
    assert tried > 15
    assert set(unseen) == EQUIVALENT.get(name, set())


@cache
def boundaries(name: str) -> Boundaries:
    return Boundaries(load_rulebook(name))


@cache
def fixed(name: str) -> list[tuple[list[Any], list[Row], list[Any], list[Row]]]:
    """The same twelve tables of claims and paid rows every time, each with its form check."""
    rulebook, random, tables = load_rulebook(name), Random(7), []
    for _ in range(12):
        claims, paid = boundaries(name).table(random, 25)
        rows = [check_row(row, rulebook.forms) for row in claims]
        tables.append((claims, rows, paid, check_history(rulebook, paid)))
    return tables


def with_plans(rulebook: Rulebook, plans: dict[str, Plan]) -> Rulebook:
    return replace(rulebook, plans={**rulebook.plans, **plans})


def mutants(rulebook: Rulebook) -> Iterator[tuple[str, Rulebook]]:
    """Copies of the rulebook with one thing changed, each with what was changed."""
    for owner, change in owners(rulebook):
        plans = {code: change(plan) for code, plan in rulebook.plans.items()}
        mutant = with_plans(rulebook, plans)
        same = [code for code in plans if plans[code] is rulebook.plans[code]]
        compiled(mutant).update({code: compiled(rulebook)[code] for code in same})
        yield owner, mutant


def owners(rulebook: Rulebook) -> Iterator[tuple[str, Any]]:
    rules = {r.code: r for p in rulebook.plans.values() for r in (*p.conditions, *p.across)}
    amounts = {p.amount.code: p.amount for p in rulebook.plans.values() if p.amount}
    for rule in rules.values():
        for said, changed in changed_rules(rule):
            yield f"{rule.code}: {said}", _put(rule, changed)
    for amount in amounts.values():
        for i, part in enumerate(amount.parts):
            for said, node in changed_nodes(part.node):
                parts = [replace(p, node=_swap(p.node, part.node, node)) for p in amount.parts]
                parts[i] = replace(part, node=node)
                yield f"{amount.code}.{part.name}: {said}", _put_amount(replace(amount, parts=tuple(parts)))


def _put(rule: Any, changed: Any) -> Any:
    def change(plan: Plan) -> Plan:
        if rule not in plan.conditions and rule not in plan.across:
            return plan
        conditions = [changed if c is rule else c for c in plan.conditions]
        across = [changed if r is rule else r for r in plan.across]
        own = tuple(c for c in conditions if plan.scheme.code in c.schemes)
        return replace(plan, conditions=own, across=tuple(a for a in across if _meets(a, plan)))

    return change


def _meets(rule: Any, plan: Plan) -> bool:
    return plan.scheme.code in rule.schemes or plan.scheme.code in getattr(rule, "against", ())


def _put_amount(changed: AmountRule) -> Any:
    return lambda p: replace(p, amount=changed) if p.amount and p.amount.code == changed.code else p


def changed_rules(rule: Any) -> Iterator[tuple[str, Any]]:
    """A condition or a rule across claims with one thing changed."""
    yield "the other effect", replace(rule, review=not rule.review)
    for code in sorted(rule.schemes):
        fewer = replace(rule, schemes=rule.schemes - {code})
        if isinstance(rule, CountRule):
            fewer = replace(fewer, against=rule.against - {code})
        yield f"not for {code}", fewer
    fields = {Condition: ("when", "require"), CountRule: ("when", "anchor", "maximum"), CapRule: ("maximum",)}
    fields[OverlapRule] = ("start", "end")
    for field in fields[type(rule)]:
        if field == "anchor" and rule.period == "lifetime":
            continue  # not asked for
        node = getattr(rule, field)
        if node is not None:
            for said, changed in changed_nodes(node):
                yield f"{field} {said}", replace(rule, **{field: changed})
    if isinstance(rule, Condition) and rule.when is not None:
        yield "always asked", replace(rule, when=None)
    if isinstance(rule, CountRule):
        for i in range(len(rule.key)):
            yield f"key {i} left out", replace(rule, key=rule.key[:i] + rule.key[i + 1 :])
        if rule.period == "calendar_year":
            yield "for life", replace(rule, period="lifetime")


SWAPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}


def changed_nodes(node: nd.Node) -> Iterator[tuple[str, nd.Node]]:
    """The expression with one part changed."""
    for part in dict.fromkeys(inside(node)):
        for said, other in _changed(part):
            yield said, _swap(node, part, other)


def _changed(node: nd.Node) -> Iterator[tuple[str, nd.Node]]:
    if isinstance(node, nd.Const) and node.type.kind in ("num", "date") and isinstance(node.value, int):
        yield f"{node.text} + 1", replace(node, value=node.value + 1)
        yield f"{node.text} - 1", replace(node, value=node.value - 1)
    elif isinstance(node, ar.Compare):
        yield f"{node.op} as {SWAPS[node.op]}", replace(node, op=SWAPS[node.op])
    elif isinstance(node, nd.Logic) and node.op != "not":
        yield f"{node.op} turned", replace(node, op="or" if node.op == "and" else "and")
    elif isinstance(node, nd.Logic):
        yield "not left out", node.children[0]
    elif isinstance(node, nd.OneOf | nd.HasAny):
        for option in node.options:
            yield f"without {option}", replace(node, options=tuple(o for o in node.options if o != option))
    elif isinstance(node, nd.If):
        yield (
            "branches turned",
            replace(node, children=(node.children[0], node.children[2], node.children[1])),
        )
    elif isinstance(node, nd.First):
        yield "the last first", replace(node, children=node.children[::-1])
    elif isinstance(node, nd.Lookup) and node.entries:
        for key, value in node.entries.items():
            yield f"entry {key}", replace(node, entries={**node.entries, key: value + 1})
    elif isinstance(node, ar.Arithmetic) and node.op in ("min", "max"):
        yield f"{node.op} turned", replace(node, op="max" if node.op == "min" else "min")


def _swap(node: nd.Node, old: nd.Node, new: nd.Node) -> nd.Node:
    if node is old:
        return new
    children = tuple(_swap(child, old, new) for child in node.children)
    return (
        node
        if all(a is b for a, b in zip(children, node.children, strict=True))
        else replace(node, children=children)
    )
