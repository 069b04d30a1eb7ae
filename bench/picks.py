"""1,000 people pick 50 places at once, against the demo's server: `python -m bench.picks [--people 1000] [--places 50] [--out FILE]`.

A scratch database beside the demo's (dropped first), one class open for choosing, everybody logged in; granian as `wudan demo` starts
it. All begin together, as many at a time as there are `--clients`; each is asked nothing but the button's POST. Everybody has
to be answered: enrolled, waiting, or refused with words; the database is asked afterwards whether that is what it holds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.serving import serving

DATABASE = "wudan_bench_picks"
DAY = "2020-11-16"  # the cast's day; the server's clock is set to it
CSRF = "c" * 32


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=1000)
    asked.add_argument("--places", type=int, default=50)
    asked.add_argument("--clients", type=int, default=100)
    asked.add_argument("--port", type=int, default=8098)
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    from wudan.config.postgres.server import Server

    server = Server()
    if not os.environ.get("DATABASE_URL"):
        server.hold()
    url = scratch(os.environ.get("DATABASE_URL") or server.url("template1"))
    os.environ.update(
        {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "wudan.config.settings.dev", "WUDAN_DEBUG": "0", "WUDAN_PORT": str(given.port),
         "WUDAN_TODAY": DAY}
    )  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    print(f"making {given.people} people and {given.places} places", file=sys.stderr)
    offer_id, cookies = prepare(given.people, given.places)
    from django.db import connections

    connections.close_all()
    with serving(given.port, "wudan-bench-picks"):
        result = run(offer_id, cookies, given)
    result |= checked(url, given)
    result["load"] = [round(n, 1) for n in os.getloadavg()]
    print(json.dumps(result, indent=1, ensure_ascii=False))
    if given.out:
        given.out.write_text(json.dumps(result, indent=1, ensure_ascii=False))
    if not os.environ.get("KEEP_BENCH"):
        connections.close_all()
        drop(url)
    sys.exit(0 if result["good"] else 1)


def scratch(server: str) -> str:
    drop(server)
    with psycopg.connect(server.rsplit("/", 1)[0] + "/template1", autocommit=True) as db:
        db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(DATABASE)))
    return server.rsplit("/", 1)[0] + f"/{DATABASE}"


def drop(url: str) -> None:
    with psycopg.connect(url.rsplit("/", 1)[0] + "/template1", autocommit=True) as db:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


# --- the people --------------------------------------------------------------------------------------------------
def prepare(people: int, places: int) -> tuple[int, list[str]]:
    """The class by the actions of the house; the people in bulk, with log-in, role and browser session."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

    from tests.cast import cast, valid_identity
    from tests.catalogue_cast import a_registration, an_entry, an_open_offer
    from wudan.accounts.models import Membership, User
    from wudan.kernel import bulk
    from wudan.kernel.actor import SYSTEM
    from wudan.kernel.clock import now
    from wudan.kernel.history import acting
    from wudan.people.models import Person

    tez, at = cast(), now()
    entry = an_entry(tez)
    a_registration(tez, occupation=entry.occupation, capacity=max(50, places))
    offer = an_open_offer(tez, entry, places=places)
    with acting(actor=SYSTEM, at=at, basis="load test"):
        persons = []
        for n in range(people):
            person = Person(name="赵一二", sex="男", created_at=at, assurance="papers")
            person.set_number(valid_identity(10_000 + n))
            persons.append(person)
        persons = bulk.insert(Person, persons)
        users = bulk.insert(
            User, [User(username=f"load{n}", display_name="赵一二", person=p, password="!") for n, p in enumerate(persons)]
        )  # fmt: skip
        since = DateTimeTZRange(at - timedelta(days=1), None)
        bulk.insert(
            Membership, [Membership(user=u, role="worker", valid=since, basis="load test") for u in users]
        )
    store, rows, cookies = SessionStore(), [], []
    for n, user in enumerate(users):
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        cookies.append(f"load{n:028d}")
        ends = at + timedelta(days=4000)  # sessions go by the wall clock, which the day set above is not
        rows.append(Session(session_key=cookies[-1], session_data=store.encode(data), expire_date=ends))
    Session.objects.bulk_create(rows, batch_size=1000)
    return offer.pk, cookies


# --- at once -----------------------------------------------------------------------------------------------------
def run(offer_id: int, cookies: list[str], given: argparse.Namespace) -> dict[str, Any]:
    from django.conf import settings

    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    address = f"/my/courses/{offer_id}/choose/"
    line = http.client.HTTPConnection("127.0.0.1", given.port, timeout=60)
    for cookie in cookies[:40]:  # a server that has shown the page before the choosing opens
        line.request("GET", f"/my/courses/{offer_id}/", headers={"Cookie": f"{names[0]}={cookie}"})
        line.getresponse().read()
    line.close()
    work, lock, start = iter(cookies), threading.Lock(), threading.Barrier(given.clients + 1)
    said: list[tuple[str, float]] = []

    def client() -> None:
        mine = http.client.HTTPConnection("127.0.0.1", given.port, timeout=120)
        start.wait()
        while True:
            with lock:
                cookie = next(work, None)
            if cookie is None:
                return
            began = time.monotonic()
            try:
                answer = choose(mine, address, cookie, names)
            except OSError as problem:
                answer = f"error {type(problem).__name__}"
                mine.close()
            said.append((answer, time.monotonic() - began))

    threads = [threading.Thread(target=client) for _ in range(given.clients)]
    for one in threads:
        one.start()
    start.wait()
    begin = time.monotonic()
    for one in threads:
        one.join()
    taken = [seconds for _, seconds in said]
    cuts = statistics.quantiles(taken, n=100)
    return {
        "people": len(said), "places": given.places, "clients": given.clients, "seconds": round(time.monotonic() - begin, 1),
        "answers": dict(Counter(answer for answer, _ in said)),
        "ms_p50": round(cuts[49] * 1000), "ms_p95": round(cuts[94] * 1000), "ms_max": round(max(taken) * 1000),
    }  # fmt: skip


def choose(line: http.client.HTTPConnection, address: str, cookie: str, names: tuple[str, str]) -> str:
    """ "taken" where a page of one's own enrolment follows, "refused" with the words of the house, else what went wrong."""
    headers = {
        "Cookie": f"{names[0]}={cookie}; {names[1]}={CSRF}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    line.request("POST", address, f"csrfmiddlewaretoken={CSRF}", headers)
    answer = line.getresponse()
    text = answer.read().decode()
    if answer.status == 302 and "/my/learning/" in (answer.getheader("Location") or ""):
        return "taken"
    if answer.status == 409 and "候补的" in text and "已排满" in text:
        return "refused"
    return f"status {answer.status}"


def checked(url: str, given: argparse.Namespace) -> dict[str, Any]:
    """What the database holds: nobody over the places, nobody lost, no gap in the line."""
    with psycopg.connect(url) as db:

        def one(text: str) -> Any:
            row = db.execute(text).fetchone()
            return row[0] if row else None

        found = {
            "enrolled": one("SELECT count(*) FROM enrolment_enrolment WHERE state = 'enrolled'"),
            "waiting": one("SELECT count(*) FROM enrolment_enrolment WHERE state = 'waiting'"),
            "counter": one("SELECT taken FROM enrolment_places"),
            "last_turn": one("SELECT max(turn) FROM enrolment_enrolment"),
            "different_turns": one("SELECT count(DISTINCT turn) FROM enrolment_enrolment"),
            "last_enrolled_turn": one("SELECT max(turn) FROM enrolment_enrolment WHERE state = 'enrolled'"),
            "slots": one("SELECT count(*) FROM enrolment_yearslot WHERE state = 'reserved'"),
            "evaluations": one("SELECT count(*) FROM policy_evaluation WHERE stage = 'preview'"),
        }
    rows = found["enrolled"] + found["waiting"]
    found["good"] = found["enrolled"] == found["counter"] == found["last_enrolled_turn"] == found[
        "slots"
    ] == given.places and rows == found["last_turn"] == found["different_turns"] == min(
        given.people, 2 * given.places
    )
    return found


if __name__ == "__main__":
    main()
