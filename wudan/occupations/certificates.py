"""What a certificate's number (证书编号) says of itself, and where it contradicts the claim.

职业资格证书: 16 digits = 2 year, 2 province or industry, 2 city, 1 kind of agency, 3 agency, 1 level, 5 serial.
职业技能等级证书: a letter (Y employer, S assessment body) and 21 digits = 4 ministry, 2 province, 6 site, 2 year, 1 level, 6 serial.
The other kinds have no code rule we know of (facts §4), so nothing is asked of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from wudan.kernel.periods import in_words

LEVELS = {
    1: "高级技师（一级）",
    2: "技师（二级）",
    3: "高级工（三级）",
    4: "中级工（四级）",
    5: "初级工（五级）",
}
_QUALIFICATION = re.compile(
    r"(?P<year>\d{2})(?P<province>\d{2})\d{2}[0-4]\d{3}(?P<level>[1-5])\d{5}", re.ASCII
)
_SKILL_LEVEL = re.compile(r"[YS]\d{4}(?P<province>\d{2})\d{6}(?P<year>\d{2})(?P<level>[1-5])\d{6}", re.ASCII)
_SHAPES = {
    "qualification": (_QUALIFICATION, "职业资格证书编号应为16位数字，第11位为等级（1至5）"),
    "skill_level": (_SKILL_LEVEL, "职业技能等级证书编号应为1位字母（Y或S）加21位数字，第16位为等级（1至5）"),
}


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """A well-formed number: the year it was given, the level (5 初级 … 1 高级技师) and the issuer's province."""

    year: int
    level: int
    province: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that does not fit; `hard` where it can only be a slip of the pen, else for a reviewer to look at."""

    column: str
    sentence: str
    remedy: str
    hard: bool


def clean_number(number: str) -> str:
    """Without blanks and hyphens, capital letters: how numbers are kept and compared."""
    return re.sub(r"[\s-]", "", number).upper()


def parse_number(certificate_type: str, number: str) -> CertificateNumber | None:
    """The parts of a number, or None where its kind has no rule. Raises ValueError with a sentence."""
    if certificate_type not in _SHAPES:
        return None
    shape, sentence = _SHAPES[certificate_type]
    bare = clean_number(number)
    found = shape.fullmatch(bare)
    if found is None:
        if certificate_type == "skill_level" and re.fullmatch(r"[A-Z]{2}\d{20}", bare, re.ASCII):
            return None  # 特级技师: two letters and 20 digits, its parts unknown
        raise ValueError(f"{sentence}，现为{len(bare)}位")
    return CertificateNumber(2000 + int(found["year"]), int(found["level"]), found["province"])


def doubts(
    certificate_type: str, number: str, level: int, issued_on: date | None, district: str
) -> list[Doubt]:
    """Where a number contradicts kind, level, day or place of the claim. `district` is a division code."""
    if not number:
        if certificate_type in _SHAPES:
            return [
                Doubt(
                    "certificate_number", "没有填写证书编号", "请补填证书上的编号，便于联网查验。", hard=False
                )
            ]
        return []
    try:
        parts = parse_number(certificate_type, number)
    except ValueError as error:
        return [Doubt("certificate_number", str(error), "请对照证书原件核对编号和证书类别。", hard=True)]
    return [] if parts is None else _contradictions(parts, level, issued_on, district)


def _contradictions(
    parts: CertificateNumber, level: int, issued_on: date | None, district: str
) -> list[Doubt]:
    found = []
    if level and parts.level != level:
        sentence = f"证书编号中的等级是{LEVELS[parts.level]}，与申请的{LEVELS.get(level, level)}不一致"
        found.append(Doubt("level", sentence, "请对照证书原件更正等级或证书编号。", hard=True))
    # Numbers before 2000 exist: a year far ahead of the day is one of the nineties, not of the future.
    if issued_on is not None and issued_on.year < parts.year < issued_on.year + 50:
        sentence = f"证书编号中的年份（{parts.year}年）晚于发证日期（{in_words(issued_on)}）"
        found.append(
            Doubt("certificate_issued_on", sentence, "请对照证书原件更正发证日期或证书编号。", hard=True)
        )
    if district and parts.province != district[:2]:
        sentence = f"证书编号中的省份代码是{parts.province}，不是本省核发"
        found.append(
            Doubt("certificate_number", sentence, "外省或行业证书请在审核时核对发证机构。", hard=False)
        )
    return found
