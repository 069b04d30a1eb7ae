"""The commands `wudan adjudicate | explain | simulate | rulebook`. No Django, no database, no server."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from wudan.policy.engine.checking import check_cases
from wudan.policy.engine.columns import Column
from wudan.policy.engine.decide import decide_table
from wudan.policy.engine.examine.findings import Finding
from wudan.policy.engine.examine.run import examine
from wudan.policy.engine.examine.showing import as_data, as_text
from wudan.policy.engine.explain import Explanation, explain
from wudan.policy.engine.files import open_file, read_file
from wudan.policy.engine.natives import jsonable
from wudan.policy.engine.near import near_rows
from wudan.policy.engine.problems import InputError
from wudan.policy.engine.rulebook import Rulebook, RulebookError, available_rulebooks, load_rulebook
from wudan.policy.engine.simulate import compare, known_history, totals
from wudan.policy.engine.table.run import OUTCOMES, Deciding, Run, Tally, tables_of
from wudan.policy.engine.table.source import NOTHING, ParquetSource, Source
from wudan.policy.engine.texts import yuan
from wudan.policy.engine.writing import check_target, write_csv, write_file

OUTCOME_WORDS = {"approved": "通过", "rejected": "不予通过", "review": "人工复核", "invalid": "填写有误"}


def main(argv: list[str]) -> int:
    """Run one command; the exit status is 0, or 2 with one clear line on standard error."""
    try:
        options = _parser().parse_args(argv)
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except RulebookError as error:
        more = (
            f"（共{len(error.problems)}处，用 wudan rulebook check 查看全部）"
            if len(error.problems) > 1
            else ""
        )
        return _fail(f"规则集无法使用：{error.problems[0]}{more}")
    except InputError as error:
        return _fail(str(error))
    except _UsageError as error:
        return _fail(f"{error}；用 --help 查看用法")


class _UsageError(Exception):
    """The command line itself is wrong."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _UsageError(f"命令写法有误：{message}")


def _fail(line: str) -> int:
    print(f"wudan: {' '.join(line.splitlines())}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="wudan", description="按规则集审核补贴申请")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    one = commands.add_parser("adjudicate", help="审核一张申请表")
    one.add_argument("claims", metavar="CLAIMS")
    one.add_argument("--rulebook", required=True, metavar="NAME")
    one.add_argument("--out", required=True, metavar="DECISIONS")
    one.add_argument("--history", metavar="PAID")
    one.add_argument("--engine", choices=("local", "spark"), default="local")
    one.add_argument("--workers", type=_workers, default=os.cpu_count() or 1, metavar="N")
    one.set_defaults(run=_adjudicate)
    two = commands.add_parser("explain", help="说明一份申请的结论")
    two.add_argument("claims", metavar="CLAIMS")
    two.add_argument("--rulebook", required=True, metavar="NAME")
    two.add_argument("--claim", required=True, metavar="CLAIM_ID")
    two.add_argument("--history", metavar="PAID")
    two.add_argument("--format", choices=("text", "json"), default="text")
    two.set_defaults(run=_explain)
    three = commands.add_parser("simulate", help="比较两个规则集的结论")
    three.add_argument("claims", metavar="CLAIMS")
    three.add_argument("--rulebook", required=True, metavar="NAME")
    three.add_argument("--against", required=True, metavar="OTHER")
    three.add_argument("--history", metavar="PAID")
    three.add_argument("--out", metavar="DIFF")
    three.set_defaults(run=_simulate)
    four = commands.add_parser("rulebook", help="检查或列出规则集")
    parts = four.add_subparsers(dest="part", required=True, parser_class=_Parser)
    check = parts.add_parser("check", help="检查规则集、核对案例并自查")
    check.add_argument("name", metavar="NAME")
    check.add_argument("--format", choices=("text", "json"), default="text")
    check.set_defaults(run=_check)
    parts.add_parser("list", help="列出规则集").set_defaults(run=_list)
    return parser


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1024):
        raise argparse.ArgumentTypeError(f"--workers 应是1至1024的整数，现在是 {text}")
    return int(text)


def _read(options: argparse.Namespace, columns: Sequence[Column]) -> tuple[Source, Source]:
    """The claims and the history, in the columns the rulebook (or either of two) reads."""
    claims = read_file(options.claims, columns=columns)
    if options.history is None:
        return claims, NOTHING
    return claims, read_file(options.history, paid=True, columns=columns)


def _adjudicate(options: argparse.Namespace) -> int:
    check_target(options.out)
    rulebook = load_rulebook(options.rulebook)
    columns = rulebook.forms.columns
    claims = open_file(options.claims, columns=columns)
    history = NOTHING if options.history is None else open_file(options.history, paid=True, columns=columns)
    tally = Tally()
    with _running(options, rulebook, claims, history) as deciding:
        write_file(tables_of(deciding, tally), options.out)
    print(_summary(rulebook, tally, deciding.reasons.texts), file=sys.stderr)
    return 0


@contextmanager
def _running(
    options: argparse.Namespace,
    rulebook: Rulebook,
    claims: Source | ParquetSource,
    history: Source | ParquetSource,
) -> Iterator[Run]:
    """The run on the engine asked for; a cluster's session lasts as long as the run."""
    if options.engine == "local":
        yield Deciding(rulebook, claims, history, workers=options.workers)
        return
    from wudan.policy.engine.spark.exchange import Cluster
    from wudan.policy.engine.spark.run import Spread
    from wudan.policy.engine.spark.splits import on_disk

    cluster = Cluster(options.workers)
    with on_disk({False: claims, True: history}, rulebook.forms.columns, options.out) as files, cluster:
        yield Spread(rulebook, files[False], files.get(True), cluster)


def _summary(rulebook: Rulebook, tally: Tally, texts: Sequence[str]) -> str:
    """Counts by outcome and reason, and sums."""
    lines = [f"规则集 {rulebook.id}，共{sum(tally.counts)}份申请"]
    for code, count, fen in zip(OUTCOMES, tally.counts, tally.sums, strict=True):
        money = f"，{yuan(fen)}" if code in ("approved", "review") else ""
        lines.append(f"{OUTCOME_WORDS[code]} {code}：{count}份{money}")
    reasons: Counter[str] = Counter()
    for place, count in tally.reasons.items():
        for code in filter(None, texts[place].split(";")):
            reasons[code] += count
    lines += [f"  {code} {rulebook.reason(code).label}：{count}份" for code, count in sorted(reasons.items())]
    return "\n".join(lines)


def _explain(options: argparse.Namespace) -> int:
    rulebook = load_rulebook(options.rulebook)
    claims, history = _read(options, rulebook.forms.columns)
    rows, paid = near_rows(rulebook, claims, options.claim, history)
    found = explain(rulebook, rows, options.claim, paid)
    print(_as_json(found) if options.format == "json" else _as_text(rulebook, found), file=_stdout())
    return 0


def _stdout() -> Any:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    return sys.stdout


def _as_json(found: Explanation) -> str:
    decision = found.decision
    content = {
        "claim_id": decision.claim_id,
        "outcome": decision.outcome,
        "amount_fen": decision.amount_fen,
        "reasons": ";".join(decision.reasons),
        "rulebook": decision.rulebook,
        "steps": [
            {
                "rule": s.rule,
                "holds": s.holds,
                "clause": s.clause,
                "facts": _json_facts(s.facts),
                "label": s.label,
                "sentence": s.sentence,
            }
            for s in found.steps
        ],
        "amount_steps": [
            {
                "label": a.label,
                "expression": a.expression_in_words,
                "value_fen": a.value_fen,
                "clause": a.clause,
            }
            for a in found.amount_steps
        ],
    }
    if decision.outcome in ("rejected", "invalid"):
        content["would_pass_if"] = [_json_facts(change) for change in found.would_pass_if]
    return json.dumps(content, ensure_ascii=False, indent=2)


def _json_facts(facts: Any) -> dict[str, Any]:
    return {name: jsonable(value) for name, value in facts.items()}


def _as_text(rulebook: Rulebook, found: Explanation) -> str:
    decision = found.decision
    amount = "未定" if decision.amount_fen is None else yuan(decision.amount_fen)
    lines = [
        f"申请 {decision.claim_id}：{OUTCOME_WORDS[decision.outcome]}，金额{amount}（规则集 {decision.rulebook}）",
        "",
        "逐条核对：",
    ]
    lines += [
        f"  {'符合' if s.holds else '不符'}  {s.label}：{s.sentence}（{s.clause}）" for s in found.steps
    ]
    if found.amount_steps:
        lines += ["", "金额："]
        for step in found.amount_steps:
            value = "未定" if step.value_fen is None else yuan(step.value_fen)
            lines.append(f"  {step.label}：{step.expression_in_words} = {value}（{step.clause}）")
    reasons = [rulebook.reason(code) for code in decision.reasons]
    if reasons:
        lines += ["", "怎么办："] + [f"  {text.label}：{text.remedy}" for text in reasons]
    if found.would_pass_if:
        lines += ["", "如果以下事项不同（各项同时改变），结论会是通过或人工复核："]
        for change in found.would_pass_if:
            parts = [f"{rulebook.column_label(name)}为“{_shown(value)}”" for name, value in change.items()]
            lines.append(f"  {'，'.join(parts)}")
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return (
        "空" if value is None else "是" if value is True else "否" if value is False else str(jsonable(value))
    )


def _simulate(options: argparse.Namespace) -> int:
    if options.out is not None:
        check_target(options.out)
    rulebook, other = load_rulebook(options.rulebook), load_rulebook(options.against)
    both = {column.name: column for book in (rulebook, other) for column in book.forms.columns}
    claims, history = _read(options, tuple(both.values()))
    first = decide_table(rulebook, claims, known_history(rulebook, history))
    second = decide_table(other, claims, known_history(other, history))
    diff = compare(first, second)
    if options.out is not None:
        write_file([diff], options.out)
    else:
        _print_csv(diff)
    print(totals(rulebook, other, claims, first, second), file=sys.stderr)
    return 0


def _print_csv(table: Any) -> None:
    text = io.StringIO(newline="")
    write_csv([table], text)
    out = _stdout()
    binary = getattr(out, "buffer", None)
    if binary is None:
        out.write(text.getvalue())
        return
    out.flush()
    binary.write(text.getvalue().encode())
    binary.flush()


def _check(options: argparse.Namespace) -> int:
    try:
        rulebook = load_rulebook(options.name)
    except RulebookError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return _fail(f"规则集 {options.name} 有{len(error.problems)}处问题")
    problems = check_cases(rulebook)
    for line in problems:
        print(line, file=sys.stderr)
    began = time.perf_counter()
    findings = examine(rulebook)
    seconds = time.perf_counter() - began
    if options.format == "json":
        content = {
            "rulebook": rulebook.id,
            "seconds": round(seconds, 2),
            "case_problems": problems,
            "findings": as_data(rulebook, findings),
        }
        print(json.dumps(content, ensure_ascii=False, indent=2), file=_stdout())
    else:
        print("\n".join(as_text(rulebook, findings)).strip(), file=_stdout())
    return _verdict(
        rulebook, problems, findings, seconds, sys.stderr if options.format == "json" else _stdout()
    )


def _verdict(
    rulebook: Rulebook, problems: list[str], findings: list[Finding], seconds: float, out: Any
) -> int:
    """The last line of a check, and its exit status."""
    standing = sum(1 for finding in findings if finding.stands)
    wrong = [f"{len(problems)}处案例与规则不符"] if problems else []
    wrong += [f"自查有{standing}项未列为待定的发现"] if standing else []
    if wrong:
        return _fail(f"规则集 {rulebook.id} 有问题：{'，'.join(wrong)}（自查用时{seconds:.1f}秒）")
    points = {finding.known.code for finding in findings if finding.known is not None}
    print(
        f"规则集 {rulebook.id}（{rulebook.title}）没有问题；{len(rulebook.cases)}个案例全部符合；"
        f"自查没有新发现，已知待定{len(points)}项（用时{seconds:.1f}秒）",
        file=out,
    )
    return 0


def _list(_options: argparse.Namespace) -> int:
    for name in available_rulebooks():
        rulebook = load_rulebook(name)
        print(f"{rulebook.id}\t{rulebook.title}\t{rulebook.document}", file=_stdout())
    return 0


def run(argv: Sequence[str] | None = None) -> NoReturn:
    """For `python -m`: exit with the command's status."""
    sys.exit(main(list(sys.argv[1:] if argv is None else argv)))


if __name__ == "__main__":
    run()
