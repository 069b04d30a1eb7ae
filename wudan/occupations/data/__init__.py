"""What comes with the system (职业起始目录): `occupations.csv` and `links.csv`, each row with where it was read.

A code stands in a row only where the official table or two sources agree (column `confirmed`); else it is empty and the note
says 编码待核. Nothing in code fills it in: an official does, by loading a file with the code and its source. “网上公开的转录文本” of the
2022 edition is github.com/Optima-Chat/china-jobs (data/occupations_raw.json, ad602103); the 国家职业标准目录, doczj.com/doc/007993263.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
OCCUPATIONS, LINKS = _HERE / "occupations.csv", _HERE / "links.csv"
