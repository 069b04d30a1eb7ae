"""A list page: search, filters, sorting, pages and export, all of it held in the address.

A view declares a `ListPage` once and answers with `respond`. The rows come from a `queries` function that takes a
`Query` and gives a QuerySet or a sequence; a list never reaches the database by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from wudan.web.shared import exports
from wudan.web.shared.exporting import taken_away
from wudan.web.shared.parts import Tone

T = TypeVar("T")
Kind = Literal["text", "number", "money", "date", "time", "badge", "clock", "strong"]
PAGE_SIZE = 50
MAX_SEARCH = 60


@dataclass(frozen=True)
class Query:
    """What the person asked for, already checked: only known filters, values and sort keys get in."""

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False

    def get(self, key: str) -> str:
        return self.filters.get(key, "")

    def day(self, key: str) -> date | None:
        value = self.get(key)
        return date.fromisoformat(value) if value else None

    @property
    def order_by(self) -> str:
        """The sort as Django's order_by reads it."""
        return f"-{self.sort}" if self.sort and self.descending else self.sort


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column. `value` gives what is shown and exported; `sort` names the key it sorts by.

    kind money: value in fen. badge: `tone` gives its tone. clock: value is working days left, `due` the day.
    """

    label: str
    value: Callable[[T], Any]
    kind: Kind = "text"
    sort: str = ""
    href: Callable[[T], str] | None = None
    tone: Callable[[T], Tone] | None = None
    due: Callable[[T], date | None] | None = None
    note: Callable[[T], str] | None = None
    width: int = 16
    total: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in ("number", "money")


@dataclass(frozen=True)
class Filter:
    """One filter: a choice, or with `kind="date"` a day. The first three show, the rest fold."""

    key: str
    label: str
    choices: Sequence[tuple[str, str]] = ()
    kind: Literal["choice", "date"] = "choice"

    def clean(self, raw: str) -> str:
        """The value if it is one this filter knows, else nothing."""
        if self.kind == "date":
            try:
                return date.fromisoformat(raw.strip()).isoformat() if raw else ""
            except ValueError:
                return ""
        return raw if raw in {value for value, _ in self.choices} else ""

    def word(self, value: str) -> str:
        return dict(self.choices).get(value, value)


@dataclass(frozen=True)
class Batch:
    """Buttons for many selected rows at once: they post `selected` (row keys) to `action`."""

    action: str
    buttons: Sequence[tuple[str, str]]  # (value of "do", words on the button)
    key: Callable[[Any], str]
    note: str = ""


@dataclass
class Shown(Generic[T]):
    """What one request of a list shows."""

    spec: ListPage[T]
    query: Query
    page: Page[Any]
    path: str
    batch: Batch | None = None

    @property
    def rows(self) -> list[dict[str, Any]]:
        key = self.batch.key if self.batch else None
        return [
            {"cells": [_cell(c, row) for c in self.spec.columns], "key": key(row) if key else "", "row": row}
            for row in self.page.object_list
        ]

    @property
    def total(self) -> int:
        return self.page.paginator.count

    @property
    def filtered(self) -> bool:
        return bool(self.query.search or any(self.query.filters.values()))

    def params(self, **changes: str) -> str:
        """The address of this list with some things changed."""
        sort = ("-" if self.query.descending else "") + self.query.sort
        state = {"q": self.query.search, **self.query.filters, "sort": sort if sort != self.spec.sort else ""}
        state |= changes
        kept = {k: v for k, v in state.items() if v}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    @property
    def heads(self) -> list[dict[str, Any]]:
        return [self._head(column) for column in self.spec.columns]

    def _head(self, column: Column[T]) -> dict[str, Any]:
        here = bool(column.sort) and column.sort == self.query.sort
        descending = here and self.query.descending
        first = "-" if column.kind in ("money", "number", "date", "time") else ""
        turned = "" if descending else "-"
        target = (turned if here else first) + column.sort
        return {
            "label": column.label,
            "number": column.is_number,
            "sortable": bool(column.sort),
            "here": here,
            "aria": ("descending" if descending else "ascending") if here else "",
            "href": self.params(sort=target) if column.sort else "",
            "icon": ("sort-descending" if descending else "sort-ascending") if here else "arrows-sort",
        }

    @property
    def filters(self) -> list[dict[str, Any]]:
        return [
            {
                "spec": f,
                "value": self.query.get(f.key),
                "word": f.word(self.query.get(f.key)),
                "clear": self.params(**{f.key: ""}),
            }
            for f in self.spec.filters
        ]

    @property
    def open_filters(self) -> list[dict[str, Any]]:
        return self.filters[:3]

    @property
    def folded_filters(self) -> list[dict[str, Any]]:
        return self.filters[3:]

    @property
    def any_folded_used(self) -> bool:
        return any(f["value"] for f in self.folded_filters)

    @property
    def applied(self) -> list[dict[str, Any]]:
        """What narrows the list now, each with the address that takes it away."""
        chips = (
            [{"label": "搜索", "word": self.query.search, "clear": self.params(q="")}]
            if self.query.search
            else []
        )
        return chips + [
            {"label": f["spec"].label, "word": f["word"], "clear": f["clear"]}
            for f in self.filters
            if f["value"]
        ]

    @property
    def export_xlsx(self) -> str:
        return self.params(export="xlsx")

    @property
    def export_csv(self) -> str:
        return self.params(export="csv")

    @property
    def pages(self) -> list[dict[str, Any]]:
        """The pager: numbers with gaps."""
        numbers = self.page.paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1)
        return [
            {
                "number": n,
                "here": n == self.page.number,
                "href": self.params(page=str(n)) if isinstance(n, int) else "",
            }
            for n in numbers
        ]

    @property
    def previous(self) -> str:
        return self.params(page=str(self.page.number - 1)) if self.page.has_previous() else ""

    @property
    def next(self) -> str:
        return self.params(page=str(self.page.number + 1)) if self.page.has_next() else ""

    @property
    def sort_value(self) -> str:
        return ("-" if self.query.descending else "") + self.query.sort


def _cell(column: Column[T], row: T) -> dict[str, Any]:
    return {
        "value": column.value(row),
        "kind": column.kind,
        "number": column.is_number,
        "label": column.label,
        "href": column.href(row) if column.href else "",
        "tone": column.tone(row) if column.tone else "plain",
        "due": column.due(row) if column.due else None,
        "note": column.note(row) if column.note else "",
    }


@dataclass(frozen=True)
class ListPage(Generic[T]):
    """A list, declared once: columns, filters (first three open), default sort ("-key" descending), words."""

    title: str
    columns: Sequence[Column[T]]
    filters: Sequence[Filter] = ()
    sort: str = ""
    search: str = ""  # what the search box looks for, e.g. "姓名、身份证号后四位"; empty: no box
    unit: str = "条"
    empty_title: str = "没有符合条件的记录"
    empty_text: str = ""
    page_size: int = PAGE_SIZE
    filename: str = ""
    signatures: Sequence[str] = ("经办人", "复核人", "负责人")

    def read(self, request: HttpRequest) -> Query:
        """The query of this address; what it does not know it leaves aside."""
        raw = request.GET.get("sort", "") or self.sort
        key, descending = raw.lstrip("-"), raw.startswith("-")
        if key not in {c.sort for c in self.columns if c.sort} | {self.sort.lstrip("-")}:
            key, descending = self.sort.lstrip("-"), self.sort.startswith("-")
        filters = {f.key: f.clean(request.GET.get(f.key, "")) for f in self.filters}
        search = request.GET.get("q", "").replace("\x00", "").strip()[:MAX_SEARCH] if self.search else ""
        return Query(search, filters, key, descending)

    def show(
        self, request: HttpRequest, fetch: Callable[[Query], Any], *, batch: Batch | None = None
    ) -> Shown[T]:
        """The rows of the page asked for. A page number that is none means the first; one too high, the last."""
        query = self.read(request)
        paginator: Paginator[Any] = Paginator(fetch(query), self.page_size)
        return Shown(self, query, paginator.get_page(request.GET.get("page")), request.path, batch)

    def respond(
        self,
        request: HttpRequest,
        fetch: Callable[[Query], Any],
        template: str = "shared/list_page.html",
        context: Mapping[str, Any] | None = None,
        *,
        batch: Batch | None = None,
        district: str = "",
        period: str = "",
    ) -> HttpResponseBase:
        """The whole page, its list alone for htmx, or the file for `?export=xlsx|csv`."""
        wanted = request.GET.get("export", "")
        if wanted in ("xlsx", "csv"):
            sheet = exports.Sheet(
                self.title,
                self.columns,
                fetch(self.read(request)),
                district=district,
                period=period,
                narrowed="；".join(f"{a['label']}：{a['word']}" for a in self._applied(request)),
                filename=self.filename or self.title,
                signatures=self.signatures,
            )
            file = exports.csv(sheet) if wanted == "csv" else exports.xlsx(sheet)
            taken_away(file, self.title, wanted, sheet.written, self._filters_used(request))
            return file
        shown = self.show(request, fetch, batch=batch)
        partial = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "list"
        name = "shared/list.html" if partial else template
        response = render(request, name, {**(context or {}), "list": shown, "title": self.title})
        if partial:  # the address without the empty fields a form sends along
            number = shown.page.number
            response["HX-Push-Url"] = shown.params(page=str(number) if number > 1 else "")
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def _filters_used(self, request: HttpRequest) -> list[str]:
        """The conditions in words, for the journal; what was searched for may name a person and is not kept."""
        used = self._applied(request)
        return [a["label"] if a["label"] == "搜索" else f"{a['label']}：{a['word']}" for a in used]

    def _applied(self, request: HttpRequest) -> list[dict[str, Any]]:
        nothing: Paginator[Any] = Paginator([], self.page_size)
        return Shown(self, self.read(request), nothing.get_page(1), request.path).applied
