"""Names (姓名): one way of writing each, and the pinyin keys by which people sort and find them."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

# Surnames read otherwise than the character usually is.
_SURNAMES = {
    "万俟": ["mo", "qi"], "尉迟": ["yu", "chi"], "单于": ["chan", "yu"], "澹台": ["tan", "tai"], "长孙": ["zhang", "sun"],
    "单": ["shan"], "曾": ["zeng"], "仇": ["qiu"], "解": ["xie"], "任": ["ren"], "查": ["zha"], "区": ["ou"], "盖": ["ge"],
    "朴": ["piao"], "翟": ["zhai"], "缪": ["miao"], "覃": ["qin"], "员": ["yun"], "乐": ["yue"], "黑": ["he"], "种": ["chong"],
    "秘": ["bi"], "那": ["na"], "洗": ["xian"], "召": ["shao"], "折": ["she"], "繁": ["po"], "都": ["du"], "教": ["jiao"],
}  # fmt: skip
_DOTS = re.compile("[•．・‧∙.]")
_FULLWIDTH = {0x3000: " ", **{code: chr(code - 0xFEE0) for code in range(0xFF21, 0xFF5B)}}
_FOREIGN = re.compile(r"[A-Za-z][A-Za-z ,.'’·-]*")
_CHINESE = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·]+")


def plain_name(name: str) -> str:
    """The name as registered: no stray spaces, one kind of dot. Raises ValueError with a sentence where it is no name."""
    name = " ".join(name.translate(_FULLWIDTH).split())
    if _FOREIGN.fullmatch(name):
        return name[:100]
    name = _DOTS.sub("·", name).replace(" ", "")
    if not name:
        raise ValueError("请填写姓名")
    if not _CHINESE.fullmatch(name) or len(name) > 50:
        raise ValueError("姓名只能由汉字和间隔号“·”组成，外文姓名只用字母和空格")
    return name


@lru_cache(maxsize=8192)
def pinyin(name: str) -> tuple[str, str]:
    """("zhang xiao san", "zxs"): sorts as people expect, and is what they type to find somebody."""
    for surname, read in _SURNAMES.items():
        if name.startswith(surname) and len(name) > len(surname):
            syllables = [*read, *lazy_pinyin(name[len(surname) :])]
            break
    else:
        syllables = lazy_pinyin(name)
    words = [word for s in syllables for word in re.findall(r"[a-zü]+", s.lower())]
    return " ".join(words), "".join(word[0] for word in words)
