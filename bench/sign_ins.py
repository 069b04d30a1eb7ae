"""5,000 sign-ins in one minute against the demo's server: `python -m bench.sign_ins [--post-only] [--seconds 60] [--out FILE]`.

A scratch database beside the demo's (dropped first), 100 classes in teaching with 50 learners each, every one logged in with a
phone of the own; granian as `wudan demo` starts it. Arrivals are an open loop: each learner has a moment, and the time taken
counts from that moment, so a server that falls behind shows it. Each learner opens the page as the camera does (GET with the
code), then signs in as the page's script does (POST); `--post-only` leaves the page out. The database is asked afterwards.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import resource
import statistics
import sys
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
from psycopg import sql

from bench.serving import serving

DATABASE = "wudan_bench_sign_ins"
CLASSES, HEADS = 100, 50
CSRF = "c" * 32
SECONDS = 10  # what the rulebook shows a code for


@dataclass(frozen=True, slots=True)
class Phone:
    """One learner: the log-in's session, the phone's key, and the session of the class with its secret and room."""

    cookie: str
    device: str
    session_id: int
    room: str
    secret: bytes


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--post-only", action="store_true")
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--port", type=int, default=8099)
    asked.add_argument("--clients", type=int, default=96)
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    from wudan.config.postgres.server import Server

    server = Server()
    if not os.environ.get("DATABASE_URL"):
        server.hold()
    url = scratch(os.environ.get("DATABASE_URL") or server.url("template1"))
    os.environ.update(
        {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "wudan.config.settings.dev", "WUDAN_DEBUG": "0", "WUDAN_PORT": str(given.port)}
    )  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    print("making 100 classes with 50 learners each", file=sys.stderr)
    phones = prepare()
    from django.db import connections

    connections.close_all()
    with serving(given.port, "wudan-bench-sign-ins"):
        began = time.process_time()
        result = run(phones, given)
        result["client_cpu_seconds"] = round(time.process_time() - began, 1)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    result["server_cpu_seconds"] = round(spent.ru_utime + spent.ru_stime, 1)
    result |= checked(url)
    result["load"] = [round(n, 1) for n in os.getloadavg()]
    print(json.dumps(result, indent=1))
    if given.out:
        given.out.write_text(json.dumps(result, indent=1))
    drop(url)
    server.release()


def scratch(server: str) -> str:
    where = psycopg.conninfo.conninfo_to_dict(server) | {"dbname": "template1"}
    with psycopg.connect(**where, autocommit=True) as db:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
        db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(DATABASE)))
    return server.rsplit("/", 1)[0] + f"/{DATABASE}"


def drop(url: str) -> None:
    from django.db import connections

    connections.close_all()
    with psycopg.connect(url.rsplit("/", 1)[0] + "/template1", autocommit=True) as db:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


# --- the classes -------------------------------------------------------------------------------------------------
def prepare() -> list[Phone]:
    """Rows as the chain would have made them, in bulk; states walk their tables by update."""
    from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
    from django.db.models import F

    from tests.cast import cast
    from tests.chain_cast import make_entry, make_occupation
    from wudan.kernel import bulk
    from wudan.kernel.actor import SYSTEM
    from wudan.kernel.clock import now
    from wudan.kernel.crypto import seal_bytes
    from wudan.kernel.history import acting
    from wudan.kernel.periods import legal_day
    from wudan.orders.catalogue.models import Offer
    from wudan.orders.delivery import codes
    from wudan.orders.delivery.models import Attendance, Member, Session, TrainingClass
    from wudan.orders.delivery.queries.screens import SECRET
    from wudan.orders.enrolment.models import Enrolment
    from wudan.organisations.models import Venue
    from wudan.people.models import Person

    tez = cast()
    at = now()
    today = legal_day(at)
    occupation = make_occupation()
    entry = make_entry(tez, occupation)
    count = CLASSES * HEADS
    with acting(actor=SYSTEM, at=at, basis="load test"):
        persons = []
        for n in range(count):
            person = Person(name="赵一二", sex="男", created_at=at, assurance="papers")
            person.set_number(f"3704051990{n:08d}")
            persons.append(person)
        persons = bulk.insert(Person, persons)
        period = DateRange(today, today + timedelta(days=30))
        kept: dict[str, Any] = {"district_id": tez.code, "state_since": at}
        offers = bulk.insert(Offer, [
            Offer(number=f"B{n}", entry=entry, line="general", title="焊工班", provider=tez.provider, places=HEADS, period=period,
                  choose_until=today, price_fen=0, drafted_by=1, **kept) for n in range(CLASSES)
        ])  # fmt: skip
        rooms = bulk.insert(Venue, [
            Venue(organisation=tez.provider, name=f"{n}号实训室", address="文化路1号", kind="both", capacity=HEADS, area_m2=200,
                  workplaces=HEADS, recorded_at=at) for n in range(CLASSES)
        ])  # fmt: skip
        classes = bulk.insert(TrainingClass, [
            TrainingClass(number=f"K{n}", offer=offers[n], provider=tez.provider, name=f"焊工初级{n}班", occupation=occupation,
                          certificate_type="completion", line="general", started_on=today, ended_on=today + timedelta(days=29),
                          capacity=HEADS, **kept) for n in range(CLASSES)
        ])  # fmt: skip
        TrainingClass.objects.update(record_number=F("number"))
        for state in ("applied", "approved", "running"):
            TrainingClass.objects.update(state=state)
        during = DateTimeTZRange(at - timedelta(minutes=5), at + timedelta(hours=4))
        secrets = [codes.new_secret() for _ in classes]
        sessions = bulk.insert(Session, [
            Session(training_class=c, during=during, day=today, venue=rooms[n], kind="practice", hours=4, content="平焊",
                    opened_at=at - timedelta(minutes=5), secret_sealed=seal_bytes(secrets[n], SECRET)) for n, c in enumerate(classes)
        ])  # fmt: skip
        enrolments = bulk.insert(Enrolment, [
            Enrolment(number=f"X{n}", offer=offers[n % CLASSES], person=p, chosen_by="person", period=period, chosen_at=at, **kept)
            for n, p in enumerate(persons)
        ])  # fmt: skip
        members = bulk.insert(Member, [
            Member(training_class=classes[n % CLASSES], enrolment=e, person=persons[n], joined_on=today) for n, e in enumerate(enrolments)
        ])  # fmt: skip
        bulk.insert(Attendance, [
            Attendance(session=sessions[n % CLASSES], member=m, person=persons[n], during=during, day=today) for n, m in enumerate(members)
        ])  # fmt: skip
    return logged_in(persons, sessions, secrets, at)


def logged_in(persons: list[Any], sessions: list[Any], secrets: list[bytes], at: Any) -> list[Phone]:
    """A log-in, its role and its browser session for each; no passwords, so nothing is hashed 5,000 times."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session as BrowserSession
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

    from wudan.accounts.models import Membership, User
    from wudan.kernel import bulk
    from wudan.kernel.actor import SYSTEM
    from wudan.kernel.history import acting

    with acting(actor=SYSTEM, at=at, basis="load test"):
        users = bulk.insert(
            User,
            [
                User(username=f"load{n}", display_name="赵一二", person=p, password="!")
                for n, p in enumerate(persons)
            ],
        )
        bulk.insert(Membership, [
            Membership(user=u, role="worker", valid=DateTimeTZRange(at - timedelta(days=1), None), basis="load test") for u in users
        ])  # fmt: skip
    store, rows, phones = SessionStore(), [], []
    for n, user in enumerate(users):
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        key = f"load{n:028d}"
        rows.append(
            BrowserSession(
                session_key=key, session_data=store.encode(data), expire_date=at + timedelta(hours=8)
            )
        )
        session = sessions[n % CLASSES]
        phones.append(Phone(key, f"phone-{n:034d}", session.pk, str(session.venue_id), secrets[n % CLASSES]))
    BrowserSession.objects.bulk_create(rows, batch_size=1000)
    return phones


# --- the minute --------------------------------------------------------------------------------------------------
def run(phones: list[Phone], given: argparse.Namespace) -> dict[str, Any]:
    from django.conf import settings

    random.Random(7).shuffle(phones)
    warm_up(phones[:400], given.port, settings.SESSION_COOKIE_NAME)
    work = iter(enumerate(phones))
    lock, taken, pages, problems = threading.Lock(), [], [], []
    begin = time.monotonic() + 1
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)

    def client() -> None:
        line = http.client.HTTPConnection("127.0.0.1", given.port, timeout=30)
        while True:
            with lock:
                n, phone = next(work, (0, None))
            if phone is None:
                return
            due = begin + n * given.seconds / len(phones)
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                said = sign_in(line, phone, names, pages, page=not given.post_only)
            except OSError as problem:
                said = f"{type(problem).__name__}: {problem}"
                line.close()
            taken.append(time.monotonic() - due)
            if said:
                problems.append(said)

    threads = [threading.Thread(target=client) for _ in range(given.clients)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    lasted = time.monotonic() - begin
    return {
        "sign_ins": len(taken),
        "seconds": round(lasted, 1),
        "with_page": not given.post_only,
        "errors": len(problems),
        "first_errors": problems[:5],
        **quantiles("ms", taken),
        **(quantiles("page_ms", pages) if pages else {}),
    }


def warm_up(phones: list[Phone], port: int, cookie: str) -> None:
    """The page of the day, as a server has shown it before nine o'clock comes: nobody signs in, no phone is bound."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for phone in phones:
        line.request("GET", "/my/sign/", headers={"Cookie": f"{cookie}={phone.cookie}"})
        line.getresponse().read()
    line.close()


def sign_in(
    line: http.client.HTTPConnection, phone: Phone, names: tuple[str, str], pages: list[float], *, page: bool
) -> str:
    """Empty where it went well, else what went wrong."""
    from wudan.orders.delivery import codes

    cookies = f"{names[0]}={phone.cookie}; {names[1]}={CSRF}; wudan_device={phone.device}"
    code = codes.make(phone.secret, phone.session_id, int(time.time()) // SECONDS, phone.room)
    if page:
        began = time.monotonic()
        line.request("GET", f"/my/sign/?c={code}", headers={"Cookie": cookies})
        answer = line.getresponse()
        text = answer.read()
        pages.append(time.monotonic() - began)
        if answer.status != 200 or code.encode() not in text:
            return f"page {answer.status}"
    body = urlencode({"code": code, "token": str(uuid4()), "csrfmiddlewaretoken": CSRF})
    headers = {
        "Cookie": cookies,
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    line.request("POST", "/my/sign/", body, headers)
    answer = line.getresponse()
    said = answer.read()
    if answer.status != 200 or not json.loads(said)["accepted"]:
        return f"{answer.status} {said[:200].decode(errors='replace')}"
    return ""


def quantiles(name: str, seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return {f"{name}_p50": round(cuts[49] * 1000, 1), f"{name}_p95": round(cuts[94] * 1000, 1),
            f"{name}_p99": round(cuts[98] * 1000, 1), f"{name}_max": round(max(seconds) * 1000, 1)}  # fmt: skip


def checked(url: str) -> dict[str, Any]:
    """What the database holds: nobody lost, nobody twice, every phone bound."""
    with psycopg.connect(url) as db:

        def one(text: str) -> Any:
            return db.execute(text).fetchone()[0]  # type: ignore[index]

        return {
            "present": one(
                "SELECT count(*) FROM delivery_attendance WHERE state = 'present' AND method = 'code'"
            ),
            "recorded": one("SELECT count(*) FROM delivery_signin WHERE accepted"),
            "refused": one("SELECT count(*) FROM delivery_signin WHERE NOT accepted"),
            "devices": one("SELECT count(*) FROM delivery_device"),
            "in_history": one(
                "SELECT count(*) FROM kernel_history WHERE table_name = 'delivery_attendance' AND operation = 'UPDATE'"
            ),
        }


if __name__ == "__main__":
    main()
