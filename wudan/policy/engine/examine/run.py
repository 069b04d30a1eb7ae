"""The way in: everything the examination of a rulebook finds."""

from __future__ import annotations

from wudan.policy.engine.examine.cover import Coverage
from wudan.policy.engine.examine.days import Days
from wudan.policy.engine.examine.findings import Finding, Suspect, settle
from wudan.policy.engine.examine.grid import build_grid
from wudan.policy.engine.examine.own import OwnRules
from wudan.policy.engine.examine.pairs import Pairs
from wudan.policy.engine.examine.sequences import Sequences
from wudan.policy.engine.examine.words import word_suspects
from wudan.policy.engine.rulebook import Rulebook


def examine(rulebook: Rulebook) -> list[Finding]:
    """Findings, the gravest first; those the rulebook lists as open points carry them in `known`."""
    grids = {code: build_grid(rulebook, plan) for code, plan in rulebook.plans.items()}
    coverage = Coverage(rulebook)
    suspects: list[Suspect] = []
    for grid in grids.values():
        suspects += OwnRules(rulebook, grid, coverage).suspects()
    suspects += coverage.suspects()
    closed = list(Sequences(rulebook, grids).closed())
    open_ones = {code: grid for code, grid in grids.items() if not any(code in s.schemes for s in closed)}
    suspects += closed
    suspects += Pairs(rulebook, open_ones).suspects()
    suspects += Sequences(rulebook, open_ones).suspects()
    suspects += Days(rulebook, grids).suspects()
    suspects += word_suspects(rulebook, grids)
    return settle(rulebook, suspects)
