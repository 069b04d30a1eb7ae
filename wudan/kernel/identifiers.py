"""Identity numbers (公民身份号码, GB 11643), credit codes (统一社会信用代码, GB 32100), phones, cards: checks and masks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_PHONE = re.compile(r"1[3-9]\d{9}")


@dataclass(frozen=True, slots=True)
class Identity:
    """A well-formed identity number and what it says."""

    number: str
    area_code: str
    born_on: date
    sex: str  # "男" or "女"


def check_character(first17: str) -> str:
    """The 18th character for 17 digits."""
    return _CHECKS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def parse_identity(number: str) -> Identity:
    """Read an identity number. Raises ValueError with a sentence for the person who typed it.

    The area code is not looked up: codes get abolished, and a number keeps the one it was issued with.
    """
    number = number.strip().upper()
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise ValueError("15位旧身份证号码已停用，请填写18位公民身份号码")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise ValueError(f"身份证号码应为18位（前17位为数字，末位为数字或X），现为{len(number)}位")
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueError(f"身份证号码第7至14位“{number[6:14]}”不是有效的出生日期") from None
    if check_character(number[:17]) != number[17]:
        raise ValueError("身份证号码校验位不符，请核对是否录入有误")
    return Identity(number, number[:6], born_on, "男" if int(number[16]) % 2 else "女")


def check_credit_code(code: str) -> str:
    """The normalised 统一社会信用代码. Raises ValueError with a sentence."""
    code = code.strip().upper()
    if len(code) != 18 or any(c not in _CREDIT_ALPHABET for c in code):
        raise ValueError("统一社会信用代码应为18位数字和大写字母（不含I、O、Z、S、V）")
    if credit_check_character(code[:17]) != code[17]:
        raise ValueError("统一社会信用代码校验位不符，请核对是否录入有误")
    return code


def credit_check_character(first17: str) -> str:
    total = sum(_CREDIT_ALPHABET.index(c) * w for c, w in zip(first17, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def check_phone(phone: str) -> str:
    """A mainland mobile number. Raises ValueError with a sentence."""
    bare = phone.strip().replace(" ", "").replace("-", "").removeprefix("+86")
    if not _PHONE.fullmatch(bare):
        raise ValueError("手机号码应为11位数字，以1开头")
    return bare


def check_account(account: str) -> str:
    """A bank account or card number: 12 to 32 digits; 16- and 19-digit cards must satisfy Luhn. Raises ValueError."""
    bare = account.strip().replace(" ", "").replace("-", "")
    if not (bare.isascii() and bare.isdigit() and 12 <= len(bare) <= 32):
        raise ValueError("银行账号应为12至32位数字")
    if bare.startswith("62") and len(bare) in (16, 19) and not _luhn(bare):
        raise ValueError("银行卡号校验位不符，请核对是否录入有误")
    return bare


def _luhn(digits: str) -> bool:
    total = 0
    for i, d in enumerate(reversed(digits)):
        n = int(d) * (2 if i % 2 else 1)
        total += n - 9 if n > 9 else n
    return total % 10 == 0


def mask_identity(number: str) -> str:
    """370405********1234"""
    return (
        f"{number[:6]}{'*' * max(len(number) - 10, 0)}{number[-4:]}"
        if len(number) > 10
        else "*" * len(number)
    )


def mask_name(name: str) -> str:
    """张* for two characters, 张*三 for three and more."""
    if len(name) <= 1:
        return "*"
    return name[0] + "*" * (len(name) - 1) if len(name) == 2 else name[0] + "*" * (len(name) - 2) + name[-1]


def mask_phone(phone: str) -> str:
    """138****5678"""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "****"


def mask_account(account: str) -> str:
    """****1234"""
    return f"****{account[-4:]}" if len(account) >= 8 else "****"
