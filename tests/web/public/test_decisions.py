"""One decision as data: the same as the page says, refused names in words, nothing kept."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from tests.cast import Cast

GOOD = {
    "certificate_type": "skill_level",
    "level": "4",
    "certificate_issued_on": "2020-10-30",
    "applied_at": "2020-11-02",
}


def test_a_decision_with_its_working(tez: Cast, client: Client) -> None:
    answer = client.get(reverse("public:decision", args=[tez.code, "training"]), GOOD).json()
    assert (answer["outcome"], answer["amount_fen"]) == ("approved", 150_000)
    assert answer["rulebook"] == "taierzhuang@2020.1"
    assert all(step["clause"] and step["holds"] for step in answer["steps"])
    assert answer["amount_steps"][-1]["value_fen"] == 150_000


def test_a_refusal_says_clause_and_remedy(tez: Cast, client: Client) -> None:
    url = reverse("public:decision", args=[tez.code, "training"])
    answer = client.get(url, {**GOOD, "draws_pension": "是"}).json()
    assert (answer["outcome"], answer["amount_fen"]) == ("rejected", 0)
    assert [reason["code"] for reason in answer["reasons"]] == ["draws-pension"]
    assert "六（一）" in answer["reasons"][0]["clause"]
    assert answer["reasons"][0]["remedy"]
    malformed = client.get(url, {**GOOD, "level": "九"}).json()
    assert [reason["code"] for reason in malformed["reasons"]] == ["bad-input:level"]


def test_what_is_not_known_is_said_in_words(tez: Cast, client: Client) -> None:
    url = reverse("public:decision", args=[tez.code, "training"])
    for name in ("person_id", "who"):
        refused = client.get(url, {**GOOD, name: "1"})
        assert refused.status_code == 400
        assert name in refused.json()["problem"]
    assert client.get(reverse("public:decision", args=[tez.code, "skiing"])).status_code == 404
    assert client.get(reverse("public:decision", args=["999999", "training"])).status_code == 404
    assert client.post(url, GOOD).status_code == 405
