"""Refusals and errors reach the person as pages in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.cast import cast
from wudan.kernel.errors import Refusal, Refused
from wudan.web.shared import errors
from wudan.web.shared.refused import RefusedMiddleware, answer


def refused(status: int = 409) -> Refused:
    return Refused(Refusal("annual-limit", "已享受3次。", "六（一）", "2021年再申请。", status=status))


@pytest.mark.parametrize("status", [403, 409, 422])
def test_a_refusal_is_a_page_with_its_status(status: int) -> None:
    response = answer(RequestFactory().post("/x/"), refused(status))
    text = response.content.decode()
    assert response.status_code == status
    for words in ("已享受3次。", "六（一）", "2021年再申请。", "没有保存任何内容", "<html"):
        assert words in text
    assert "annual-limit" not in text


def test_who_only_looked_is_not_told_of_a_deed() -> None:
    for status, words in ((404, "没有找到要看的内容"), (409, "现在不能查看")):
        text = answer(RequestFactory().get("/x/"), refused(status)).content.decode()
        assert words in text
        assert "这项操作没有办理" not in text and "没有保存" not in text


def test_htmx_gets_the_card_alone() -> None:
    response = answer(RequestFactory().post("/x/", headers={"HX-Request": "true"}), refused())
    assert "<html" not in response.content.decode()
    assert "已享受3次。" in response.content.decode()


def test_other_exceptions_are_not_refusals() -> None:
    middleware = RefusedMiddleware(lambda _request: None)  # type: ignore[arg-type, return-value]
    assert middleware.process_exception(RequestFactory().get("/"), ValueError()) is None
    assert middleware.process_exception(RequestFactory().get("/"), refused()) is not None


@pytest.mark.parametrize(
    ("view", "status", "words"),
    [
        (errors.bad_request, 400, "没有读懂"),
        (errors.forbidden, 403, "其他岗位"),
        (errors.not_found, 404, "没有找到"),
        (errors.broken, 500, "没有留下一半"),
        (errors.csrf_failure, 403, "已经过期"),
    ],
)
def test_each_error_has_its_page(view: Any, status: int, words: str) -> None:
    response = view(RequestFactory().get("/x/"))
    assert response.status_code == status
    assert words in response.content.decode()


@pytest.mark.django_db
def test_an_address_that_does_not_exist(client: Client) -> None:
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "没有找到这个页面" in response.content.decode()


@pytest.mark.django_db
def test_the_size_of_the_text_is_remembered_and_only_leads_back_here(client: Client) -> None:
    response = client.post("/text-size/", {"size": "large", "next": "/styleguide/"})
    assert response["Location"] == "/styleguide/"
    assert response.cookies["wudan_text"].value == "large"
    assert 'class="is-large"' in client.get("/no-such-page/").content.decode()
    response = client.post("/text-size/", {"size": "standard", "next": "https://example.com/"})
    assert response["Location"] == "/"
    assert 'class="is-large"' not in client.get("/no-such-page/").content.decode()


@pytest.mark.django_db
def test_the_styleguide_is_for_developers_only(client: Client, settings: Any) -> None:
    assert client.get("/styleguide/").status_code == 404
    settings.DEBUG = True
    assert client.get("/styleguide/").status_code == 200
    assert client.get("/styleguide/nonsense/").status_code == 404


@pytest.mark.django_db
def test_samples_are_marked_as_samples(client: Client, settings: Any) -> None:
    assert "演示数据" not in client.get("/no-such-page/").content.decode()
    settings.WUDAN_SAMPLE = True
    assert "演示数据" in client.get("/no-such-page/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/", "/account/inactive/"])
def test_account_pages_speak_chinese(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert "w-account" in response.content.decode()


@pytest.mark.django_db
def test_an_account_page_says_what_is_missing_in_our_words(client: Client) -> None:
    tez = cast("370405")
    shown = client.post("/account/login/", {"login": ""}).content.decode()
    assert "请填写“用户名、身份证号码或手机号码”。" in shown
    assert "必填项" not in shown
    client.force_login(tez.user("worker"))
    shown = client.post("/account/password/change/", {"oldpassword": ""}).content.decode()
    assert "请填写“再输入一次新密码”。" in shown
    assert "必填项" not in shown


@pytest.mark.django_db
def test_the_address_of_a_button_opened_as_a_page_says_what_to_do(client: Client) -> None:
    response = client.get(reverse("shared:text_size"))
    assert response.status_code == 405
    assert "点按钮办理" in response.content.decode()
