"""培训合格证书 and the e-archive on paper (PDF). Needs nothing from the system: ReportLab with the reader's own Song typeface.

Why not WeasyPrint: docs/decisions/0006-pdf.md.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

SONG = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(SONG))
INK, FRAME, RED, GREY = HexColor("#1B1B1B"), HexColor("#8C6A2F"), HexColor("#A4161A"), HexColor("#5B6470")
_BODY = ParagraphStyle(
    "body", fontName=SONG, fontSize=18, leading=34, textColor=INK, firstLineIndent=36, wordWrap="CJK"
)
_CELL = ParagraphStyle("cell", fontName=SONG, fontSize=9.5, leading=14, textColor=INK, wordWrap="CJK")
_HEAD = ParagraphStyle("head", parent=_CELL, fontSize=17, leading=26, alignment=1)
_NOTE = ParagraphStyle("note", parent=_CELL, fontSize=8.5, leading=13, textColor=GREY)


@dataclass(frozen=True, slots=True)
class CertificatePaper:
    """The words of a certificate; `verify_url` is what its code opens, `revoked` prints across it."""

    title: str
    sentence: str
    number: str
    issuer: str
    issued_on: str
    verify_url: str
    revoked: bool = False


def certificate_pdf(paper: CertificatePaper) -> bytes:
    """One landscape page. The same words give the same bytes."""
    out = io.BytesIO()
    width, height = landscape(A4)
    canvas = Canvas(out, pagesize=(width, height), invariant=1)
    canvas.setTitle(f"{paper.title} {paper.number}")
    canvas.setAuthor(paper.issuer)
    for inset, line in ((12 * mm, 2.4), (15 * mm, 0.7)):
        canvas.setStrokeColor(FRAME)
        canvas.setLineWidth(line)
        canvas.rect(inset, inset, width - 2 * inset, height - 2 * inset)
    canvas.setFillColor(INK)
    canvas.setFont(SONG, 40)
    canvas.drawCentredString(width / 2, height - 48 * mm, " ".join(paper.title))
    body = Paragraph(_safe(paper.sentence), _BODY)
    _, used = body.wrap(width - 80 * mm, 80 * mm)
    body.drawOn(canvas, 40 * mm, height - 64 * mm - used)
    _foot(canvas, paper, width)
    if paper.revoked:
        canvas.saveState()
        canvas.translate(width / 2, height / 2)
        canvas.rotate(24)
        canvas.setFillColor(RED, alpha=0.5)
        canvas.setFont(SONG, 96)
        canvas.drawCentredString(0, -30, "已撤销")
        canvas.restoreState()
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _foot(canvas: Any, paper: CertificatePaper, width: float) -> None:
    side = 30 * mm
    canvas.drawImage(_code(paper.verify_url), 30 * mm, 26 * mm, side, side)
    canvas.setFillColor(GREY)
    canvas.setFont(SONG, 9)
    canvas.drawString(30 * mm, 21.5 * mm, f"扫码查验证书　查验码 {_last(paper.verify_url)}")
    canvas.setFillColor(INK)
    canvas.setFont(SONG, 13)
    canvas.drawString(66 * mm, 30 * mm, f"证书编号：{paper.number}")
    canvas.setFont(SONG, 15)
    canvas.drawRightString(width - 36 * mm, 40 * mm, paper.issuer)
    canvas.drawRightString(width - 36 * mm, 30 * mm, paper.issued_on)


def _last(url: str) -> str:
    """The code at the end of the address, for who types it."""
    return url.rstrip("/").rsplit("/", 1)[-1]


def _code(url: str) -> ImageReader:
    picture = io.BytesIO()
    segno.make(url, error="m").save(picture, kind="png", scale=8, border=2)
    picture.seek(0)
    return ImageReader(picture)


def archive_pdf(
    *, title: str, facts: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], note: str
) -> bytes:
    """The e-archive: facts on top, then a table whose first row is its heading; it breaks over pages and repeats the heading."""
    out = io.BytesIO()
    page = SimpleDocTemplate(
        out, pagesize=A4, title=title, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=18 * mm,
        invariant=1,
    )  # fmt: skip
    story: list[Any] = [Paragraph(_safe(title), _HEAD), Spacer(1, 4 * mm)]
    if facts:
        story += [
            _table([[label, value] for label, value in facts], [32 * mm, 142 * mm], head=False),
            Spacer(1, 5 * mm),
        ]
    if len(rows) > 1:
        wide = 174 * mm - 58 * mm
        story.append(
            _table(rows, [26 * mm, 32 * mm, *([wide / (len(rows[0]) - 2)] * (len(rows[0]) - 2))], head=True)
        )
    else:
        story.append(Paragraph("还没有记录。", _CELL))
    story += [Spacer(1, 5 * mm), Paragraph(_safe(note), _NOTE)]
    page.build(story, onFirstPage=_page_number, onLaterPages=_page_number)
    return out.getvalue()


def _table(rows: Sequence[Sequence[str]], widths: list[float], *, head: bool) -> Table:
    cells = [[Paragraph(_safe(text), _CELL) for text in row] for row in rows]
    lines: list[Any] = [
        ("GRID", (0, 0), (-1, -1), 0.4, HexColor("#B8C0CA")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", *(((0, 0), (-1, 0)) if head else ((0, 0), (0, -1))), HexColor("#EEF2F6")),
    ]
    return Table(cells, colWidths=widths, repeatRows=int(head), style=lines)


def _page_number(canvas: Any, page: Any) -> None:
    canvas.setFont(SONG, 8.5)
    canvas.setFillColor(GREY)
    canvas.drawCentredString(A4[0] / 2, 10 * mm, f"第 {page.page} 页")


def _safe(text: str) -> str:
    """Paragraphs read a little markup: what a person wrote is shown, never read."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br/>")
