"""One cell to one value, as offices write them. Each function raises `CellFault` with what is wrong and what to do."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal

from wudan.kernel.identifiers import check_account, check_phone
from wudan.kernel.money import parse_yuan
from wudan.kernel.tables.grid import FormulaError
from wudan.people.documents import Document, read_document
from wudan.people.names import plain_name

MAX_TEXT = 200
AS_TEXT = "请把这一列的单元格格式设为“文本”，再按原件重新录入这个号码。"
_EXACT = 10**15  # Excel keeps 15 digits of a number
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff]"
)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBER = re.compile(r"(-?\d+)(?:\.0+)?\s*(?:个?月|天|日|人|名|期|元)?")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]{0,29}")
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_YES = frozenset(["是", "有", "对", "y", "yes", "true", "1", "√", "✓", "☑", "领取", "已领取", "在领"])
_NO = frozenset(
    [
        "否",
        "无",
        "没有",
        "不是",
        "不",
        "n",
        "no",
        "false",
        "0",
        "×",
        "✗",
        "x",
        "未领取",
        "不领取",
        "未领",
        "-",
    ]
)


class CellFault(Exception):
    """A cell that cannot be taken as it is: what is wrong with it, and what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(problem)


def plain(raw: object) -> str:
    """A cell as text for reading: half-width, without invisible characters and the tricks by which digits are kept as text."""
    text = shown(raw)
    if not (text.isascii() and text.isprintable()):  # else there is nothing to normalise
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = text.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1].strip()
    return text.removeprefix("'").strip()


def shown(raw: object) -> str:
    """A cell as it looks on the screen; also what goes back into the marked file."""
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < _EXACT else repr(raw)
    if isinstance(raw, datetime):
        return raw.isoformat(" ") if raw.time() != datetime.min.time() else raw.date().isoformat()
    return str(raw)


def _refuse_error(raw: object) -> None:
    if isinstance(raw, FormulaError) or (isinstance(raw, str) and raw.strip().upper() in _ERRORS):
        raise CellFault("单元格是公式错误值", "请改正公式，或直接填写结果。")


_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#####"})


def text(raw: object) -> str:
    """Text on one line, at most 200 characters."""
    _refuse_error(raw)
    value = " ".join(_INVISIBLE.sub("", plain(raw)).split())
    if len(value) > MAX_TEXT:
        raise CellFault(f"内容过长，有{len(value)}个字", f"请缩短到{MAX_TEXT}个字以内。")
    return value


def name(raw: object) -> str:
    """A person's name as the registry writes it: 张　三 is 张三."""
    _refuse_error(raw)
    value = _INVISIBLE.sub("", shown(raw)).strip().removeprefix("'")
    if not value:
        raise CellFault("姓名为空", "请按证件填写姓名。")
    try:
        return plain_name(value)
    except ValueError as error:
        raise CellFault(str(error), "请按证件填写姓名。") from None


def document(raw: object, kind: str = "identity") -> Document:
    """An identity card's number (公民身份号码) or another document's, upper-case."""
    _refuse_error(raw)
    _refuse_lost_digits(raw, "证件号码")
    value = re.sub(r"[\s\-]", "", plain(raw)).upper()
    if not value:
        raise CellFault("证件号码为空", "请对照证件填写。")
    try:
        return read_document(kind, value)
    except ValueError as error:
        raise CellFault(str(error), "请对照证件原件核对后改正。") from None


def certificate_number(raw: object) -> str:
    _refuse_error(raw)
    _refuse_lost_digits(raw, "证书编号")
    return text(raw)


def account(raw: object) -> str:
    """A bank account number, "" when empty."""
    _refuse_error(raw)
    _refuse_lost_digits(raw, "银行账号")
    value = plain(raw)
    if not value:
        return ""
    try:
        return check_account(value)
    except ValueError as error:
        raise CellFault(str(error), "请对照银行卡或社会保障卡核对后改正。") from None


def _refuse_lost_digits(raw: object, what: str) -> None:
    number = isinstance(raw, int | float) and not isinstance(raw, bool)
    if (number and abs(float(raw)) >= _EXACT) or _SCIENTIFIC.fullmatch(plain(raw)):  # type: ignore[arg-type]
        raise CellFault(f"{what}被表格软件当作数字处理，后几位已经丢失", AS_TEXT)


def phone(raw: object) -> str:
    _refuse_error(raw)
    value = re.sub(r"[()\s]", "", plain(raw))
    if not value:
        return ""
    try:
        return check_phone(value)
    except ValueError as error:
        raise CellFault(str(error), "请填写本人手机号码，没有的可以留空。") from None


def day(raw: object) -> date | None:
    """A date in any style in use, or an Excel serial number; None when empty."""
    _refuse_error(raw)
    if isinstance(raw, date):  # a date-time too
        found: date | None = raw.date() if isinstance(raw, datetime) else raw
    else:
        value = plain(raw)
        if not value or value in {"-", "/", "无", "—"}:
            return None
        found = _written_day(value)
    if found is None or not 1950 <= found.year <= 2100:
        raise CellFault("不是有效的日期", "请填写完整的年月日，例如 2020-03-23。")
    return found


def _written_day(value: str) -> date | None:
    try:
        if match := _DATE.fullmatch(value) or _COMPACT.fullmatch(value):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if (match := re.fullmatch(r"(\d{5})(?:\.\d+)?", value)) and 18264 <= int(match[1]) <= 73415:
            return _EXCEL_DAY_ZERO + timedelta(days=int(match[1]))
    except ValueError:
        pass
    return None


def period(raw: object) -> tuple[date | None, date | None]:
    """Both days of a training period written in one cell (培训起止时间): 2020.3.2-2020.3.20, 2020年3月2日至3月20日."""
    _refuse_error(raw)
    value = plain(raw)
    if not value:
        return None, None
    parts = [p for p in re.split(r"\s*(?:至|到|~|--+|—+|–|(?<=\d)\s*-\s*(?=\d{4}))\s*", value) if p]
    if len(parts) == 2:
        if re.fullmatch(r"\d{1,2}[-/.月]\d{1,2}日?", parts[1]):
            parts[1] = f"{parts[0][:4]}{'年' if '月' in parts[1] else '-'}{parts[1]}"
        return day(parts[0]), day(parts[1])
    raise CellFault("看不出培训的起止两个日期", "请分成“开班日期”和“结业日期”两列填写。")


def count(raw: object) -> int:
    """A whole number of days, months or people; 0 when empty."""
    _refuse_error(raw)
    value = plain(raw).replace(",", "")
    if not value or value in {"-", "/", "无", "—"}:
        return 0
    match = _NUMBER.fullmatch(value)
    if not match or isinstance(raw, date):
        raise CellFault("不是整数", "请只填写数字，例如 12。")
    number = int(match[1])
    if not 0 <= number <= 1_000_000:
        raise CellFault("数字超出范围", "请核对后改正。")
    return number


def yuan(raw: object) -> int | None:
    """Fen from an amount in yuan; None when empty."""
    _refuse_error(raw)
    value = re.sub(r"(人民币|RMB|圆|整|\s)", lambda m: "元" if m[0] == "圆" else "", plain(raw))
    if not value or value in {"-", "/", "无", "—"}:
        return None
    if isinstance(raw, date) or value.startswith("-"):
        raise CellFault("不是有效的金额", "请填写以元为单位的金额，例如 1500 或 1500.50。")
    try:
        if isinstance(raw, float):  # a formula's 1199.9999999999998 is 1200
            value = format(Decimal(repr(raw)).quantize(Decimal("0.000001")).normalize(), "f")
        fen = parse_yuan(value)
    except (ValueError, ArithmeticError):
        raise CellFault("不是精确到分的金额", "请填写以元为单位的金额，例如 1500 或 1500.50。") from None
    if fen > 10**11:
        raise CellFault("金额超出范围", "请核对后改正，金额以元为单位。")
    return fen


def yes_or_no(raw: object) -> bool:
    """是 or 否; empty is 否."""
    _refuse_error(raw)
    value = plain(raw).lower()
    if not value or value in _NO:
        return False
    if value in _YES:
        return True
    raise CellFault("应填“是”或“否”", "请填“是”或“否”，空着表示“否”。")


def code(raw: object) -> str:
    """An occupation, class or project code: letters, digits and hyphens kept as written."""
    _refuse_error(raw)
    if isinstance(raw, date):
        raise CellFault("编码被表格软件当作日期处理", AS_TEXT)
    value = re.sub("[‐-―−－]", "-", plain(raw)).replace(" ", "")
    if value and not _CODE.fullmatch(value):
        raise CellFault("编码只能由字母、数字和“-”组成", "请对照目录核对，例如 6-18-02-04。")
    return value
