"""Names, numbers and addresses of people who do not exist. The same seed gives the same people."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from wudan.kernel.identifiers import check_character, credit_check_character

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
MALE = "建国志强伟明军勇磊刚洪波海涛玉林德福树森庆祥春生长安保全永康文斌学峰兆丰继业广田成龙俊杰浩然子轩宇航"
FEMALE = "秀英桂兰玉梅丽娟春燕红霞淑芬凤琴爱华美玲雪梅慧敏晓丽艳萍冬梅月娥金花素珍静怡雨欣思雨梓涵佳琪海燕"
BANKS = (
    ("中国农业银行", "622848"),
    ("中国工商银行", "622202"),
    ("中国建设银行", "622700"),
    ("山东省农村信用社联合社", "622319"),
    ("中国邮政储蓄银行", "622188"),
)


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One invented person."""

    number: str
    name: str
    phone: str
    bank: str
    account: str
    town_code: str
    born_on: date


def luhn(first: str) -> str:
    """The check digit of a card number."""
    total = sum(sum(divmod(int(d) * (1 if i % 2 else 2), 10)) for i, d in enumerate(reversed(first)))
    return str(-total % 10)


def credit_code(area: str, serial: int, *, kind: str) -> str:
    """A well-formed 统一社会信用代码; `kind` is 91 for a company, 52 for a private school."""
    first = f"{kind}{area}MA{serial:07d}"
    return first + credit_check_character(first)


def people(seed: int, area: str, towns: list[str], count: int) -> list[SamplePerson]:
    """`count` different persons of working age with cards and phones."""
    r = random.Random(seed)  # noqa: S311 - sample data, not secrets
    found = []
    for n in range(count):
        born = date(1964, 1, 1) + timedelta(r.randrange(14_600))
        sequence = n % 1000
        first = f"{area}{born:%Y%m%d}{sequence:03d}"
        given = MALE if sequence % 2 else FEMALE
        at = r.randrange(len(given) // 2) * 2
        name = r.choice(SURNAMES) + (given[at : at + 2] if r.random() < 0.75 else given[at])
        bank, prefix = r.choice(BANKS)
        card = f"{prefix}{seed % 100:02d}{n:010d}"
        found.append(
            SamplePerson(
                number=first + check_character(first),
                name=name,
                phone=f"1{r.choice('3578')}{r.randrange(10):01d}{seed % 10}{n:07d}",
                bank=bank,
                account=card + luhn(card),
                town_code=r.choice(towns),
                born_on=born,
            )
        )
    return found
