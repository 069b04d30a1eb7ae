"""How long each role's pages take and how many statements they send: `python -m bench.pages --out sample.json`.

In-process through Django's test client (all middleware, sessions and templates; no sockets), or with `--http URL` against a running
server on the same database. Pages take turns, so that other work on the machine falls on all alike. A page that does not
exist (yet), or answers otherwise than 200, is listed as such. `--table A.json B.json` prints them side by side as Markdown.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

DISTRICT, PREFIX = "370405", "tez"
CLAIM = "SELECT max(id) FROM subsidy_claim WHERE district_id = '370405' AND state = '{}'"
OF_ORGANISATION = (
    "SELECT max(c.id) FROM subsidy_claim c JOIN accounts_membership m ON m.organisation_id = c.organisation_id"
    " JOIN accounts_user u ON u.id = m.user_id WHERE u.username = '{}' AND c.state = 'paid'"
)
OF_PERSON = "SELECT max(c.id) FROM subsidy_claim c JOIN accounts_user u ON u.person_id = c.person_id WHERE u.username = '{}'"
NOTICE = "SELECT max(id) FROM subsidy_notice WHERE district_id = '370405' AND state = 'open'"
BATCH = "SELECT id FROM payment_batch WHERE district_id = '370405' ORDER BY lines_count DESC, id DESC LIMIT 1"
POOL = (
    "SELECT e.pool_id FROM funds_entry e JOIN funds_pool p ON p.id = e.pool_id WHERE p.district_id = '370405'"
    " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
)
A_NAME = "SELECT left(name, 2) FROM people_person WHERE length(name) = 3 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
INITIALS = "SELECT name_initials FROM people_person WHERE length(name) = 3 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
NUMBER = "SELECT max(number) FROM subsidy_claim WHERE district_id = '370405'"
# (login, what it is, URL name, its one argument as SQL after the district's code where the address has one, query string)
Page = tuple[str, str, str, str, dict[str, str]]
PAGES: list[Page] = [
    ("", "public: districts", "public:districts", "", {}),
    ("", "public: home with figures", "public:home", "d", {}),
    ("", "public: figures", "public:figures", "d", {}),
    ("", "public: figures, none kept", "public:figures", "d", {}),
    ("", "public: policy", "public:policy", "d", {}),
    ("", "public: policy cases", "public:cases", "d", {}),
    ("", "public: estimate, one scheme", "public:estimate_scheme", "dSELECT 'training'", {}),
    ("", "public: one decision as data", "public:decision", "dSELECT 'training'", {"level": "4", "certificate_type": "skill_level"}),
    ("", "public: notices", "public:notices", "d", {}),
    ("", "public: one notice", "public:notice", "d" + NOTICE, {}),
    ("laodong", "learner: home", "learner:home", "", {}),
    ("laodong", "learner: one claim", "learner:claim", OF_PERSON, {}),
    ("laodong", "learner: notices", "learner:notices", "", {}),
    ("laodong", "learner: apply", "learner:apply", "", {}),
    ("jigou", "provider: home", "provider:home", "", {}),
    ("jigou", "provider: rosters", "provider:rosters", "", {}),
    ("jigou", "provider: claims", "provider:claims", "", {}),
    ("jigou", "provider: one claim", "provider:claim", OF_ORGANISATION, {}),
    ("qiye", "enterprise: home", "enterprise:home", "", {}),
    ("qiye", "enterprise: claims", "enterprise:claims", "", {}),
    ("shouli", "intake: to-do", "bureau:home", "", {}),
    ("shouli", "intake: claims", "bureau:claims", "", {}),
    ("shouli", "intake: claims, page 20", "bureau:claims", "", {"page": "20"}),
    ("shouli", "intake: claims, three filters", "bureau:claims", "", {"state": "paid", "scheme": "training", "group": "rural"}),
    ("shouli", "intake: claims by amount", "bureau:claims", "", {"sort": "-amount_fen"}),
    ("shouli", "intake: overdue by deadline", "bureau:claims", "", {"overdue": "1", "sort": "due_on"}),
    ("shouli", "intake: claims, search by name", "bureau:claims", "", {"q": A_NAME}),
    ("shouli", "intake: claims, search by pinyin", "bureau:claims", "", {"q": INITIALS}),
    ("shouli", "intake: claims, search by number", "bureau:claims", "", {"q": NUMBER}),
    ("shouli", "intake: one case", "bureau:claim", CLAIM.format("submitted"), {}),
    ("fushen", "reviewer: to-do", "bureau:home", "", {}),
    ("fushen", "reviewer: one case", "bureau:claim", CLAIM.format("first_passed"), {}),
    ("fushen", "reviewer: notices", "bureau:notices", "", {}),
    ("fushen", "reviewer: one notice", "bureau:notice", NOTICE, {}),
    ("fushen", "reviewer: choose for a notice", "bureau:notice_new", "", {}),
    ("fushen", "reviewer: approve", "bureau:approve", "", {}),
    ("fushen", "reviewer: people", "bureau:people", "", {}),
    ("fushen", "reviewer: people, search", "bureau:people", "", {"q": A_NAME}),
    ("fushen", "reviewer: organisations", "bureau:organisations", "", {}),
    ("zhenjie", "town: to-do", "bureau:home", "", {}),
    ("zhenjie", "town: claims", "bureau:claims", "", {}),
    ("caiwu", "finance: home", "finance:home", "", {}),
    ("caiwu", "finance: claims", "finance:claims", "", {}),
    ("caiwu", "finance: batches", "finance:batches", "", {}),
    ("caiwu", "finance: one batch, the longest", "finance:batch", BATCH, {}),
    ("caiwu", "finance: gather", "finance:gather", "", {}),
    ("caiwu", "finance: pools", "finance:pools", "", {}),
    ("caiwu", "finance: pool statement", "finance:pool", POOL, {}),
    ("caiwu", "finance: bounced", "finance:bounced", "", {}),
    ("caiwu", "finance: recoveries", "finance:recoveries", "", {}),
    ("caiwu", "finance: reserve", "finance:reserve", "", {}),
    ("jiandu", "supervisor: home", "supervisor:home", "", {}),
    ("jiandu", "supervisor: findings", "supervisor:findings", "", {}),
    ("jiandu", "supervisor: claims", "supervisor:claims", "", {}),
    ("jiandu", "supervisor: one claim", "supervisor:claim", CLAIM.format("paid"), {}),
    ("jiandu", "supervisor: journal", "supervisor:journal", "", {}),
    ("jiandu", "supervisor: history of a claim", "supervisor:history", "", {"table": "subsidy_claim", "row": CLAIM.format("paid")}),
    ("guanli", "system: accounts", "bureau:accounts", "", {}),
]  # fmt: skip
Answer = tuple[int, int]  # status, bytes
Fetch = Callable[[str, str], Answer]


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--table", nargs="+", type=Path, help="print these results side by side and stop")
    asked.add_argument("--requests", type=int, default=30)
    asked.add_argument("--only", default="", help="pages whose label holds this")
    asked.add_argument("--http", default="", help="a running server's address")
    asked.add_argument(
        "--slow",
        type=float,
        default=150,
        help="say which statements a page this slow (ms) spends its time in",
    )
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    if given.table:
        print(table([json.loads(path.read_text()) for path in given.table]))
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wudan.config.settings.dev")
    os.environ.setdefault("WUDAN_DEBUG", "0")
    os.environ.setdefault("WUDAN_TODAY", "2021-07-01")  # the sample's last day
    import django

    django.setup()
    collect_static()
    result = measure(given.requests, given.only, given.http, given.slow)
    if given.out:
        given.out.write_text(json.dumps(result, ensure_ascii=False, indent=1))
    print(table([result]))


def measure(requests: int, only: str, server: str, slow: float) -> dict[str, Any]:
    from django.core.cache import cache

    load_before = os.getloadavg()[0]
    fetch = over_http(server) if server else in_process()
    rows, runs = [], []
    for login, label, *rest in (page for page in PAGES if only in page[1]):
        row: dict[str, Any] = {"page": label, "login": login}
        rows.append(row)
        try:
            row["url"] = url = address(login, *rest)
        except LookupError as missing:
            row["missing"] = str(missing)
            continue
        try:
            with counted() as sent:
                row["status"], row["bytes"] = fetch(login, url)
        except Exception as problem:  # a broken page is a result too
            row["missing"] = f"{type(problem).__name__}: {problem}"[:120]
            continue
        if row["status"] != 200:
            row["missing"] = f"status {row['status']}"
            continue
        sent.clear()  # the first request filled caches; the second is counted
        with counted() as sent:
            fetch(login, url)
        row["queries"] = len(sent) if not server else None
        row["slowest"] = [(round(ms, 1), sql[:1500]) for ms, sql in sorted(sent, reverse=True)[:3]]
        runs.append((row, login, url, [], []))
    for _ in range(requests):
        for row, login, url, times, work in runs:
            if row["page"].endswith("none kept") and not server:
                cache.clear()  # what the first visitor of the minute waits
            started, worked = time.perf_counter(), time.process_time()
            fetch(login, url)
            times.append((time.perf_counter() - started) * 1000)
            work.append((time.process_time() - worked) * 1000)
    for row, _login, _url, times, work in runs:
        row["p50"] = statistics.median(times)
        row["cpu"] = statistics.median(work)
        row["p95"] = sorted(times)[max(0, round(0.95 * len(times)) - 1)]
        if row["p50"] <= slow:
            row.pop("slowest")
    return {
        "when": time.strftime("%Y-%m-%d %H:%M %Z"),
        "load": [round(load_before, 1), round(os.getloadavg()[0], 1)],
        "claims": one("SELECT count(*) FROM subsidy_claim"),
        "requests": requests,
        "how": "http" if server else "in process",
        "rows": rows,
    }


def collect_static() -> None:
    """The style sheets' addresses as they are now, in a folder of our own: var/static belongs to the demo."""
    from django.conf import settings
    from django.core.management import call_command

    settings.STATIC_ROOT = Path(tempfile.mkdtemp(prefix="wudan-bench-static-"))
    call_command("collectstatic", verbosity=0, interactive=False)


def address(login: str, name: str, argument: str, query: dict[str, str]) -> str:
    """The page's address. Raises LookupError where the page, or what it would show, does not exist."""
    from django.urls import NoReverseMatch, reverse

    arguments: list[Any] = [DISTRICT] if argument.startswith("d") else []
    if sql := argument.removeprefix("d"):
        found = one(sql.replace("{}", f"{PREFIX}-{login}"))
        if found is None:
            raise LookupError("nothing to show")
        arguments.append(found)
    values = {k: one(v) if v.startswith("SELECT") else v for k, v in query.items()}
    try:
        return reverse(name, args=arguments) + (f"?{urlencode(values)}" if values else "")
    except NoReverseMatch:
        raise LookupError("not built") from None


def one(sql: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return row[0] if row else None


@contextmanager
def counted() -> Iterator[list[tuple[float, str]]]:
    """Every statement sent, with its milliseconds: session and log-in included, BEGIN and COMMIT not."""
    from django.db import connection

    sent: list[tuple[float, str]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            sent.append(((time.perf_counter() - started) * 1000, str(sql)))

    with connection.execute_wrapper(watch):
        yield sent


def in_process() -> Fetch:
    from django.test import Client

    clients = {login: _signed_in(Client(), login) for login in {page[0] for page in PAGES}}

    def fetch(login: str, url: str) -> Answer:
        response = clients[login].get(url, HTTP_HOST="localhost")
        body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
        return response.status_code, len(body)

    return fetch


def over_http(server: str) -> Fetch:
    from django.conf import settings
    from django.test import Client

    where = urlsplit(server)
    line = http.client.HTTPConnection(where.hostname or "127.0.0.1", where.port or 80, timeout=60)
    cookies = {}
    for login in {page[0] for page in PAGES}:
        kept = _signed_in(Client(), login).cookies.get(settings.SESSION_COOKIE_NAME)
        cookies[login] = f"{settings.SESSION_COOKIE_NAME}={kept.value}" if kept else ""

    def fetch(login: str, url: str) -> Answer:
        line.request("GET", url, headers={"Cookie": cookies[login]})
        response = line.getresponse()
        return response.status, len(response.read())

    return fetch


def _signed_in(client: Any, login: str) -> Any:
    from django.contrib.auth import get_user_model

    if login:
        user = get_user_model().objects.get(username=f"{PREFIX}-{login}")
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def table(results: list[dict[str, Any]]) -> str:
    """Markdown: a line a page. CPU is this process's own, without PostgreSQL's: it hardly depends on the load."""
    heads = [f"{r['claims']:,} claims: p50 | p95 ms | CPU ms | queries" for r in results]
    lines = [f"| page | {' | '.join(heads)} | kB |", "|---|" + "--:|--:|--:|--:|" * len(results) + "--:|"]
    by_page = [{row["page"]: row for row in r["rows"]} for r in results]
    for label in by_page[-1]:
        cells = []
        for rows in by_page:
            row = rows.get(label, {"missing": "—"})
            if "missing" in row:
                cells += [row["missing"], "", "", ""]
            else:
                cells += [f"{row[what]:.0f}" for what in ("p50", "p95", "cpu")] + [str(row["queries"] or "")]
        lines.append(f"| {label} | {' | '.join(cells)} | {by_page[-1][label].get('bytes', 0) / 1000:.0f} |")
    notes = [
        f"{r['claims']:,} claims, {r['how']}: {r['when']}, {r['requests']} requests a page,"
        f" load {r['load'][0]} at the start, {r['load'][1]} at the end."
        for r in results
    ]
    return "\n".join([*lines, "", *notes])


if __name__ == "__main__":
    main()
