"""Deliberate mistakes in the oracle, each of which the generated data must show.

A mutant is a piece of the oracle's text and its wrong replacement; the mutated module decides the same rows,
and if no decision differs the data is too weak to find the same mistake in the engine.
"""

# ruff: noqa: E501 - a mutant is a line

from __future__ import annotations

import functools
import random
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.contract import generate, oracle

Case = tuple[str, list[generate.Row], list[generate.Row]]
SIZES = (150, 1100)

MUTANTS: list[tuple[str, str, str]] = [
    # own rules
    ("insured months > 12", 'c.count("insured_months") < 12', 'c.count("insured_months") <= 12'),
    ("period starts a day late", "dt.date(2019, 1, 1) <= c.begins", "dt.date(2019, 1, 1) < c.begins"),
    ("period ends a day early", "c.begins <= dt.date(2021, 12, 31)", "c.begins < dt.date(2021, 12, 31)"),
    ("begins with the certificate", "return self.started_on if self.started_on is not None else self.c", "return self.c"),
    ("duration counts 730 days", "c.ended_on > two_years_on(c.started_on)", "(c.ended_on - c.started_on).days > 730"),
    ("duration counts 731 days", "c.ended_on > two_years_on(c.started_on)", "(c.ended_on - c.started_on).days > 731"),
    ("duration stops a day early", "c.ended_on > two_years_on", "c.ended_on >= two_years_on"),
    ("29 Feb to 1 March", "return dt.date(day.year + 2, 2, 28)", "return dt.date(day.year + 2, 3, 1)"),
    ("below-floor at 4000", "fee * 60 < 400000 * 100", "fee * 60 <= 400000 * 100 + 20"),
    ("below-floor on 60 % + 1 fen", "fee * 60 < 400000 * 100", "fee * 60 < 399999 * 100"),
    ("below-floor with no fee", 'c.rejecting.add("no-fee")\n    elif', 'c.rejecting.add("no-fee")\n    if'),
    ("60 % rounded", "c.sum_fen = min(fee * 60 // 100, 600000)", "c.sum_fen = min(round(fee * 0.6), 600000)"),
    ("clamped up to the floor", "min(fee * 60 // 100, 600000)", "max(400000, min(fee * 60 // 100, 600000))"),
    ("no ceiling", "min(fee * 60 // 100, 600000)", "fee * 60 // 100"),
    ("advance rounded", "advance = c.contract_fen * 60 // 100", "advance = round(c.contract_fen * 0.6)"),
    ("balance 40 % rounded down", "c.sum_fen = c.contract_fen - advance", "c.sum_fen = c.contract_fen * 40 // 100"),
    ("rate above 85 %", "employed * 100 >= completed * 85", "employed * 100 > completed * 85"),
    ("rate in whole percent", "employed * 100 >= completed * 85", "round(employed * 100 / completed) >= 85"),
    ("rate asked at the advance", 'if c.project_stage == "advance":', 'if c.project_stage == "advance" and completed:'),
    ("no-completion pays", 'c.rejecting.add("no-completion")', "c.sum_fen = c.contract_fen - advance"),
    ("pre_job as written", "return 5\n    return c.level", "return c.level\n    return c.level"),
    ("special ability is 5 everywhere", 'and c.scheme == "pre_job" and c.cert', "and c.cert"),
    ("special ability in zhoucun", 'if rulebook == "taierzhuang" and c.scheme == "pre_job"', 'if c.scheme == "pre_job"'),
    ("special ability for skill_upgrade", 'certificate_rule(c, "qualification", "skill_level")\n        pension_rule(c)\n        if "employee"', 'certificate_rule(c, "qualification", "skill_level", "special_ability")\n        pension_rule(c)\n        if "employee"'),
    ("completion for pre_job", '"skill_level", "special_ability")\n        pension_rule(c)\n        priced', '"skill_level", "special_ability", "completion")\n        pension_rule(c)\n        priced'),
    ("pension not asked", 'if c.draws_pension:', "if False:"),
    ("startup priced by level", "c.sum_fen = 160000", "priced(c, basic, level)"),
    ("prior level at least", "c.level == 2 and c.prior_level != 3", "c.level == 2 and (c.prior_level or 9) > 3"),
    ("prior level also unpriced", 'c.review.add("prior-level")', 'c.review |= {"prior-level", "unpriced"}'),
    ("prior level asked of others", "c.level == 1 and c.prior_level != 2", "c.level != 2 and c.prior_level != 2"),
    ("group by substring", '"employee" not in c.group_set', '"employee" not in (c.groups or "")'),
    ("poor by substring", '"poor" not in c.group_set', '"poor" not in (c.groups or "")'),
    ("groups not stripped", "{part.strip() for part in", "{part for part in"),
    ("low_income forgotten", '{"rural", "low_income"}', '{"rural"}'),
    ("new_leaver or rural", '"new_leaver" not in c.group_set or not', '"new_leaver" not in c.group_set and not'),
    ("attendance of class length", 'c.sum_fen = 5000 * c.count("attended_days")', "c.sum_fen = 5000"),
    ("no-project forgotten", 'if c.project_id is None:', "if False:"),
    ("own rules stop at the first", 'def pension_rule(c: Claim) -> None:\n', 'def pension_rule(c: Claim) -> None:\n    if c.rejecting:\n        return\n'),
    # across claims
    ("four a year", "if len(used) >= 3:", "if len(used) >= 4:"),
    ("two a year", "if len(used) >= 3:", "if len(used) >= 2:"),
    ("year of application", "e.begins.year == c.begins.year", "e.applied_at.year == c.applied_at.year"),
    ("three ever", "and e.begins.year == c.begins.year", "and True"),
    ("year of the certificate", "e.begins.year == c.begins.year", "(e.certificate_issued_on or e.begins).year == (c.certificate_issued_on or c.begins).year"),
    ("skill_upgrade counts in the year", '"taierzhuang": ("training", "startup_training", "pre_job"),', '"taierzhuang": ("training", "startup_training", "pre_job", "skill_upgrade"),'),
    ("safety not in the year", '"zhoucun": ("training", "startup_training", "pre_job", "transfer", "safety"),', '"zhoucun": ("training", "startup_training", "pre_job", "transfer"),'),
    ("technician not in duplicate", '"zhoucun": ("training", "pre_job", "transfer", "safety", "technician"),', '"zhoucun": ("training", "pre_job", "transfer", "safety"),'),
    ("duplicate within one scheme", "return a.occupation_code == b.occupation_code and", "return a.scheme == b.scheme and a.occupation_code == b.occupation_code and"),
    ("duplicate without the level", "a.occupation_code == b.occupation_code and level_a == level_b", "a.occupation_code == b.occupation_code"),
    ("duplicate of level 0", "if not level_a or not level_b:", "if level_a is None or level_b is None:"),
    ("duplicate of no level", "if not level_a or not level_b:", "if level_a == 0 or level_b == 0:"),
    ("duplicate of no occupation", "if a.occupation_code is None or b.occupation_code is None:", "if False:"),
    ("duplicate in one year", "return a.occupation_code == b.occupation_code and", "return a.begins.year == b.begins.year and a.occupation_code == b.occupation_code and"),
    ("duplicate ignores case", "a.occupation_code == b.occupation_code and", "a.occupation_code.upper() == b.occupation_code.upper() and"),
    ("startup twice", 'if a.scheme == "startup_training" and b.scheme == "startup_training":\n        return True', 'if a.scheme == "startup_training" and b.scheme == "startup_training":\n        return False'),
    ("project by project_id", "return (a.project_id, a.project_stage) == (b.project_id, b.project_stage)", "return a.project_id == b.project_id"),
    ("rejected holds a place", "if not c.rejecting:\n            c.values", "if True:\n            c.values"),
    ("staged: own rejects only", "if not c.rejecting:\n            c.values", 'if not c.rejecting - {"duplicate", "yearly-limit"}:\n            c.values'),
    ("review holds no place", "if not c.rejecting:\n            c.values", "if not c.rejecting and not c.review:\n            c.values"),
    ("own-rejected not measured", "        measure(c, held, rulebook)", "        if not c.rejecting:\n            measure(c, held, rulebook)"),
    ("yearly-limit hides duplicate", "if any(same_payment(e, c, rulebook) for e in earlier):", "if not c.rejecting and any(same_payment(e, c, rulebook) for e in earlier):"),
    ("ties in file order", "key=lambda c: (c.applied_at, c.claim_id))", "key=lambda c: c.applied_at)"),
    ("ties by UTF-16", "key=lambda c: (c.applied_at, c.claim_id))", 'key=lambda c: (c.applied_at, c.claim_id.encode("utf-16-be")))'),
    ("order by claim_id only", "key=lambda c: (c.applied_at, c.claim_id))", "key=lambda c: c.claim_id)"),
    ("order by day", "key=lambda c: (c.applied_at, c.claim_id))", "key=lambda c: (c.applied_at.date(), c.claim_id))"),
    ("order by second", "key=lambda c: (c.applied_at, c.claim_id))", "key=lambda c: (c.applied_at.replace(microsecond=0), c.claim_id))"),
    ("ties without case", "key=lambda c: (c.applied_at, c.claim_id))", "key=lambda c: (c.applied_at, c.claim_id.lower()))"),
    ("history by its time", "        measure(c, held, rulebook)", "        measure(c, [h for h in held if h.applied_at <= c.applied_at], rulebook)"),
    ("no history", 'places["project" if h.scheme == "project" else ("person", h.person_id)].append(h)', "pass"),
    ("cap per claim", "left = max(0, 50000 - taken)", "left = 50000"),
    ("cap below zero", "left = max(0, 50000 - taken)", "left = 50000 - taken"),
    ("cap ignores history", 'h.values["amount_taken"] = h.amount_fen', 'h.values["amount_taken"] = 0'),
    ("cap listed when it fits", "c.sum_fen > left", "c.sum_fen >= left"),
    ("cap of nothing", "c.sum_fen is not None and c.sum_fen > left", "c.sum_fen > left or left == 0"),
    ("cap always rejects", "if left == 0:\n", "if True:\n"),
    ("cap never rejects", "if left == 0:\n", "if False:\n"),
    ("cap silent when cut", 'c.listed.add("person-cap")', "pass"),
    ("overlap half-open", "return a.started_on <= b.ended_on and b.started_on <= a.ended_on", "return a.started_on < b.ended_on and b.started_on < a.ended_on"),
    ("overlap the later only", 'a.review.add("overlap")\n                    b.review.add("overlap")', 'b.review.add("overlap")'),
    ("overlap with the last only", "for b in several[i + 1 :]:", "for b in several[i + 1 : i + 2]:"),
    ("overlap of no class_id", "if a.class_id is not None and b.class_id is not None and a.class_id == b.class_id:", "if a.class_id == b.class_id:"),
    ("overlap in one class", "a.class_id == b.class_id:\n        return False", "a.class_id == b.class_id:\n        pass"),
    ("overlap with history forgotten", 'for h in history:\n        if h.scheme != "project":', "for h in history:\n        if False:"),
    ("overlap of rejected forgotten", "    flag_overlaps(valid, history)", "    flag_overlaps([c for c in valid if not c.rejecting], history)"),
    ("overlap of invalid", "    flag_overlaps(valid, history)", "    flag_overlaps([c for c in claims if isinstance(c.person_id, str) and not isinstance(c.ended_on, Bad) and not isinstance(c.started_on, Bad)], history)"),
    ("review reasons not listed", "reasons = \";\".join(sorted(c.rejecting | c.review | c.listed))\n    if c.rejecting:", "reasons = \";\".join(sorted(c.rejecting or c.review | c.listed))\n    if c.rejecting:"),
    ("outcome approved with sum 0 only", '"review" if c.review else "approved"', '"review" if c.review else "approved" if c.sum_fen else "rejected"'),
    ("invalid repeats not seen", "seen.add(claim.claim_id)\n", "if not claim.bad:\n                seen.add(claim.claim_id)\n"),
    ("repeat of PAID is fine", "claim.claim_id in seen or claim.claim_id in paid_ids", "claim.claim_id in seen"),
    ("the last of repeats wins", "for row in rows:\n        claim = read_claim(row, SCHEMES[rulebook], history=history)", "for row in rows[::-1]:\n        claim = read_claim(row, SCHEMES[rulebook], history=history)"),
    # values
    ("x is another person", 'text[17].replace("x", "X")', "text[17]"),
    ("person_id read for project", 'if column == "person_id" and scheme == "project":', "if False:"),
    ("person only for known schemes", 'if scheme != "project":\n        required', "if scheme in schemes and scheme != \"project\":\n        required"),
    ("years of birth", "if not 1 <= month <= 12 or", "if not 1900 <= year <= 2100 or not 1 <= month <= 12 or"),
    ("no check digit", "return number if check_digit(number[:17]) == number[17] else BAD", "return number"),
    ("birthday not looked at", "or not 1 <= day <= days_of_month(year, month):", "or not 1 <= day <= 31:"),
    ("bare # is a person", "return text if len(text) > 1 else BAD", "return text"),
    ("pseudonyms ignore case", 'return text if len(text) > 1', "return text.lower() if len(text) > 1"),
    ("fullwidth digits in persons", '"[0-9]{17}[0-9Xx]"', r'"\d{17}[0-9Xx]"'),
    ("12.0 refused", r"(-?)([0-9]+)(\.0+)?", r"(-?)([0-9]+)(\.0{9})?"),
    ("12. allowed", r"(-?)([0-9]+)(\.0+)?", r"(-?)([0-9]+)(\.0*)?"),
    ("+5 allowed", "(-?)([0-9]+)", "([+-]?)([0-9]+)"),
    ("-0 refused", "(-?)([0-9]+)", "()([0-9]+)"),
    ("negative allowed", "return number if 0 <= number <= most", "return number if number <= most"),
    ("10^12 refused", "0 <= number <= most", "0 <= number < most"),
    ("no bound", "if len(digits) > 13:\n        return BAD\n    number = int(found[1] + digits)\n    return number if 0 <= number <= most else BAD", "number = int(found[1] + digits)\n    return number if 0 <= number <= max(most, 10**12 + 1) else BAD"),
    ("level 6", "return parse_integer(cell, most=5)", "return parse_integer(cell, most=6)"),
    ("boolean case counts", "c.lower() if c.isascii() else c", "c"),
    ("是 unknown", '("true", "1", "是")', '("true", "1")'),
    ("year 1899", "if not 1900 <= year <= 2100:\n        return BAD\n    try", "if not 1899 <= year <= 2100:\n        return BAD\n    try"),
    ("year 2101", "if not 1900 <= year <= 2100:\n        return BAD\n    try", "if not 1900 <= year <= 2101:\n        return BAD\n    try"),
    ("mixed marks", "([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", "([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})"),
    ("slashes refused", "([0-9]{4})/([0-9]{1,2})/", "([0-9]{4})//([0-9]{1,2})/"),
    ("short months refused", "([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", "([0-9]{4})-([0-9]{2})-([0-9]{2})"),
    ("zone ignored", "moment = moment.replace(tzinfo=dt.timezone(offset)).astimezone(SHANGHAI).replace(tzinfo=None)", "pass"),
    ("zone the wrong way", '* (1 if zone[0] == "+" else -1)', '* (-1 if zone[0] == "+" else 1)'),
    ("minutes of the zone dropped", "dt.timedelta(hours=hours, minutes=minutes)", "dt.timedelta(hours=hours)"),
    ("24 hours of zone", "if hours > 23 or minutes > 59:\n            return BAD", "if hours * 60 + minutes > 1439:\n            hours = minutes = 0"),
    ("nanoseconds sorted", 'microsecond = int(((found[5] or "") + "000000")[:6])', 'microsecond = min(999999, round(int(((found[5] or "") + "0" * 9)[:9]) / 1000))'),
    ("decimals dropped", 'microsecond = int(((found[5] or "") + "000000")[:6])', "microsecond = 0"),
    ("ten decimals", "([0-9]{1,9})", "([0-9]{1,10})"),
    ("T refused", "(?:[ T]([0-9]{1,2})", "(?:[ ]([0-9]{1,2})"),
    ("t allowed", "(?:[ T]([0-9]{1,2})", "(?:[ Tt]([0-9]{1,2})"),
    ("zone after a day", r"(Z|[+-][0-9]{2}:[0-9]{2})?)?", r")?(Z|[+-][0-9]{2}:[0-9]{2})?"),
    ("second 60", "second > 59:", "second > 60:"),
    ("one bad for the pair", 'if given["ended_on"] and not given["started_on"]:\n        bad.add("started_on")', 'if given["ended_on"] and not given["started_on"]:\n        bad.add("ended_on")'),
    ("malformed counts as empty", 'if given["started_on"] and not given["ended_on"]', 'if isinstance(v["started_on"], dt.date) and not given["ended_on"]'),
    ("reversed makes both bad", 'if both and v["ended_on"] < v["started_on"]:\n        bad.add("ended_on")', 'if both and v["ended_on"] < v["started_on"]:\n        bad |= {"ended_on", "started_on"}'),
    ("one day is reversed", 'v["ended_on"] < v["started_on"]', 'v["ended_on"] <= v["started_on"]'),
    ("malformed type is no certificate", 'if given["certificate_type"] and not', 'if isinstance(v["certificate_type"], str) and not'),
    ("a day alone is a certificate", "if c.certificate_type is None:\n        c.rejecting", "if c.certificate_issued_on is None:\n        c.rejecting"),
    ("contract_fen 0", 'if v["contract_fen"] == 0:', "if False:"),
    ("employed compared with malformed", 'comparable = v["employed_count"] is not BAD and v["completed_count"] is not BAD', 'if v["completed_count"] is BAD:\n            v["completed_count"] = 0\n        comparable = v["employed_count"] is not BAD'),
    ("employed compared everywhere", 'if comparable and (v["employed_count"]', 'if v["completed_count"] is not None and comparable and (v["employed_count"]'),
    ("employed equal completed", '(v["employed_count"] or 0) > (v["completed_count"] or 0)', '(v["employed_count"] or 0) >= (v["completed_count"] or 0) > 0'),
    ("only columns the scheme uses", "if v[column] is BAD:\n            bad", 'if v[column] is BAD and (scheme == "project" or column not in ("project_stage", "contract_fen")):\n            bad'),
    ("only ASCII white space", "return value.strip() or None", 'return value.strip(" \\t\\r\\n") or None'),
    ("file separators stay", "return value.strip() or None", 'return value.strip(" \\t\\r\\n\\x0b\\u3000\\xa0\\x85\\u2003\\u2028") or None'),
    ("scheme case", "if scheme is not None and scheme not in schemes:", "if scheme is not None and scheme.lower() not in schemes:"),
]  # fmt: skip


@functools.cache
def cases(seed: int = 7) -> list[Case]:
    """Both rulebooks, history, malformed text of every kind; the small first, since most mistakes show there already"""
    found: list[Case] = []
    grids: list[Case] = []
    spaces = generate.SPACES + generate.RARE_SPACES
    for n in SIZES:
        for book in ("taierzhuang", "zhoucun"):
            rng = random.Random(f"{seed} {book}")
            pool = generate.pools(rng, n)
            rows = generate.nasty(rng, n, book, dirty=True, pool=pool)
            paid = generate.paid(rng, n // 9, book, pool, rows)
            found.append((book, generate.texts(rng, rows, spaces=spaces), generate.texts(rng, paid)))
            if n == SIZES[-1]:
                grids.append(
                    (book, generate.texts(rng, generate.grid(rng, book, dirty=True), spaces=spaces), [])
                )
    return found + grids


def mutate(old: str, new: str) -> ModuleType:
    source = Path(oracle.__file__).read_text(encoding="utf-8")
    if source.count(old) != 1:
        raise ValueError(f"{source.count(old)} times in the oracle: {old!r}")
    module = ModuleType("mutant")
    sys.modules["mutant"] = module
    exec(compile(source.replace(old, new), "mutant", "exec"), module.__dict__)
    return module


def plain(decisions: list[Any]) -> list[tuple[str, str, int | None, str]]:
    return [(d.claim_id, d.outcome, d.amount_fen, d.reasons) for d in decisions]


def caught(module: ModuleType, data: list[Case], right: list[list[Any]]) -> int:
    """How many decisions differ in the first case that shows the mistake, 0 if none does"""
    for (book, rows, paid), expected in zip(data, right, strict=True):
        try:
            got = plain(module.decide(book, rows, paid))
        except Exception:
            return len(rows)
        if differ := sum(bool(a != b) for a, b in zip(got, expected, strict=True)):
            return differ
    return 0


def main() -> int:
    data = cases()
    right = [plain(oracle.decide(*case)) for case in data]
    survivors = 0
    for name, old, new in MUTANTS:
        differ = caught(mutate(old, new), data, right)
        survivors += not differ
        sys.stdout.write(f"{differ:6d}  {name}{'' if differ else '   SURVIVES'}\n")
    sys.stdout.write(f"{len(MUTANTS)} mutants, {survivors} survive\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
