"""The harness: stricter than production. Its walls are in tests/harness, the people who appear in tests in tests/cast.py."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import TransactionTestCase

from tests.harness import browsers, databases, network, ordering, templates

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

# The same three people in every test (insider, colleague, outsider), and their rows.
pytest_plugins = ["tests.cast"] if find_spec("tests.cast") is not None else []

LONG = ("browser", "slow")

network.keep_inside()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that drive a browser are recognised by their fixtures and skipped where there is none."""
    missing = pytest.mark.skip(
        reason="no Chromium or Chrome on this machine (README says how to install one)"
    )
    for item in items:
        if {"browser", "page"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
            if browsers.program() is None:
                item.add_marker(missing)
    if hasattr(config, "workerinput"):
        # Each process begins with its share of the list and takes from another's end when done: the long ones come first, and
        # one browser is started instead of one in each process.
        items.sort(
            key=lambda item: min(
                (n for n, name in enumerate(LONG) if item.get_closest_marker(name)), default=len(LONG)
            )
        )


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Takes the place of pytest-django's: a clone of a migrated template for each process."""
    with django_db_blocker.unblock(), databases.own_database(), ordering.shuffled():
        yield


@pytest.fixture(scope="session", autouse=True)
def _strict_templates(django_test_environment: None) -> None:
    templates.fail_on_undefined()


@pytest.fixture(scope="session", autouse=True)
def _committed_tests_leave_nothing() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: databases.as_it_was())
        yield


@pytest.fixture(scope="session", autouse=True)
def _rulebooks_are_looked_for_seldom() -> Iterator[None]:
    """A look at the releases in force once a second would make the number of a page's queries a matter of luck."""
    from wudan.policy import queries

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "SECONDS_BETWEEN_LOOKS", 3600.0)
        yield


@pytest.fixture(autouse=True)
def _no_release_outlives_its_test() -> Iterator[None]:
    from wudan.policy import queries

    yield
    if any(not rulebook.folder.exists() for _, rulebook in queries._seen.values()):
        queries.forget_seen()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    path = browsers.program()
    assert path is not None
    with browsers.opened(path, Path(tmp_path_factory.mktemp("profile"))) as context:
        yield context


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    """A fresh tab, logged in as nobody."""
    browser.clear_cookies()
    opened = browser.new_page()
    yield opened
    opened.close()
