"""Makes the sample rosters of this folder, the same every time: `.venv/bin/python samples/make.py`.

Nobody in them exists: names are drawn by lot, identity numbers are well-formed but invented, cards belong to no account.
`README.md` lists the faults; a test reads the files and finds exactly those.
"""

from __future__ import annotations

import csv
import io
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from wudan.kernel.identifiers import check_character, credit_check_character

HERE = Path(__file__).parent
# The provider of the sample district (wudan/config/sample) in whose name the roster of 500 is meant to be uploaded.
PROVIDER_NAME = "台儿庄区运河职业培训学校"
PROVIDER_CREDIT_CODE = "52370405MA0000001" + credit_check_character("52370405MA0000001")
AUTHORITY = "代领协议〔2020〕运河第1—500号"
GOOD, FAULTY = 470, 30
SEED = 20200323

HEADER = [
    "序号", "姓名", "身份证号码", "联系电话", "人员类别", "补贴项目", "工种", "职业编码", "级别", "证书类型", "证书编号", "发证日期",
    "班期", "班级名称", "开班时间", "结业时间", "出勤天数", "是否按月领取养老金", "开户行", "社保卡银行账号", "户名", "备注",
]  # fmt: skip
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
GIVEN = [
    "建国", "志强", "伟明", "勇", "磊", "洪波", "海涛", "玉林", "德福", "庆祥", "春生", "永康",
    "文斌", "秀英", "桂兰", "玉梅", "丽娟", "春燕", "红霞", "淑芬", "凤琴", "爱华", "美玲", "慧敏",
    "晓丽", "艳萍", "冬梅", "金花", "素珍", "静怡", "雨欣", "欣", "敏", "浩然", "宇航",
]  # fmt: skip
BANKS = [("中国农业银行", "622848"), ("山东省农村信用社联合社", "622319"), ("中国邮政储蓄银行", "622188")]
GROUPS = ["农村劳动力", "农民工", "登记失业人员", "贫困劳动力", "退役军人", "农村劳动力；退役军人", "残疾人"]
# 工种, 职业编码, level, level as written, days of class
CLASSES = [
    ("焊工", "6-18-02-04", 5, "初级工", 20),
    ("电工", "6-31-01-03", 4, "四级", 24),
    ("中式烹调师", "4-03-02-01", 5, "初级", 18),
    ("家政服务员", "4-10-01-06", 5, "五级/初级工", 15),
    ("养老护理员", "4-10-01-05", 4, "中级工", 20),
    ("缝纫工", "6-05-01-02", 5, "5", 16),
    ("车工", "6-18-01-01", 3, "高级工", 30),
    ("保育员", "4-10-01-03", 4, "中级", 18),
    ("叉车司机", "6-30-05-04", 5, "初级工", 15),
    ("计算机程序设计员", "4-04-05-01", 4, "4级", 25),
]
Row = dict[str, Any]


def identity(r: random.Random, n: int, area: str = "370405") -> str:
    """Well-formed, of working age; `n` keeps two people apart."""
    born = date(1966, 1, 1) + timedelta(r.randrange(12_800))
    first = f"{area}{born:%Y%m%d}{n % 1000:03d}"
    return first + check_character(first)


def card(prefix: str, n: int, branch: int) -> str:
    """19 digits that satisfy Luhn."""
    first = f"{prefix}{branch:04d}{n:08d}"
    total = sum(sum(divmod(int(d) * (1 if i % 2 else 2), 10)) for i, d in enumerate(reversed(first)))
    return first + str(-total % 10)


def written(day: date, style: int) -> Any:
    """A day in the styles offices use; the last are a real date and a serial number."""
    text = [f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}"]
    text += [f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}"]
    return [*text, day, (day - date(1899, 12, 30)).days][style % 7]


def person(r: random.Random, n: int, *, area: str = "370405", place: str = "运河", branch: int = 9001) -> Row:
    """One good row: the n-th learner, 25 to a class."""
    trade, code, level, level_written, days = CLASSES[n // 25 % len(CLASSES)]
    started = date(2020, 5, 6) + timedelta(7 * (n // 25))
    ended = started + timedelta(days - 1)
    issued = ended + timedelta(9)
    bank, prefix = BANKS[n % 3]
    name = r.choice(SURNAMES) + r.choice(GIVEN)
    style = n // 25 % 7
    return {
        "序号": n + 1,
        "姓名": name,
        "身份证号码": identity(r, n, area),
        "联系电话": f"1{r.choice('3578')}9{branch % 10}{n:07d}",
        "人员类别": r.choice(GROUPS),
        "补贴项目": "职业培训补贴",
        "工种": trade,
        "职业编码": code,
        "级别": level_written,
        "证书类型": "职业技能等级证书",
        "证书编号": f"S0000{area[:2]}04{branch:04d}20{level}{n:06d}",
        "发证日期": written(issued, style),
        "班期": f"2020-{place}-{n // 25 + 1:02d}",
        "班级名称": f"{trade}{n // 25 + 1}班",
        "开班时间": written(started, style),
        "结业时间": written(ended, style),
        "出勤天数": days - r.randrange(3),
        "是否按月领取养老金": "否",
        "开户行": bank,
        "社保卡银行账号": card(prefix, n, branch),
        "户名": name,
        "备注": "",
    }


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


def habits(rows: list[Row]) -> None:
    """What real files contain and the import takes in its stride."""
    for n, row in enumerate(rows):
        number = row["身份证号码"]
        if number.endswith("X") and n % 2:
            row["身份证号码"] = number.lower()
        if n % 61 == 0:
            row["身份证号码"] = wide(number)
        if n % 47 == 0 and len(row["姓名"]) == 2:
            row["姓名"] = f"{row['姓名'][0]}　{row['姓名'][1]}"
        if n % 53 == 0:
            row["联系电话"] = int(row["联系电话"])
        if n % 37 == 0:
            card_ = row["社保卡银行账号"]
            row["社保卡银行账号"] = f"{card_[:4]} {card_[4:8]} {card_[8:12]} {card_[12:]}  "
        if n % 71 == 5:  # for the decision, not for the form: these are refused or go to a person
            row["是否按月领取养老金"] = "是"
        if n % 97 == 7:
            row |= {"证书类型": "", "证书编号": "", "发证日期": ""}


def faults(rows: list[Row]) -> list[tuple[int, str, str]]:
    """Spoil 30 of the rows, each in one way. Returns (place, column, what was done)."""
    changes: list[tuple[str, Any, str]] = [
        ("身份证号码", lambda v: v[:-1] + ("0" if v[-1] != "0" else "1"), "校验位不符"),
        ("身份证号码", lambda v: v[:6] + v[8:17], "15位旧号码"),
        ("身份证号码", lambda v: v[:10] + "1340" + v[14:], "出生日期不存在"),
        ("身份证号码", lambda v: float(v[:15] + "000"), "被Excel变成数字，后几位丢失"),
        ("身份证号码", lambda v: v[:17], "少一位"),
        ("身份证号码", lambda _: "", "空着"),
        ("身份证号码", lambda v: f"{v[0]}.{v[1:6]}E+17", "科学计数法文字"),
        ("姓名", lambda _: "", "空着"),
        ("姓名", lambda v: f"{v}2", "姓名中有数字"),
        ("联系电话", lambda _: "0632-6611234", "固定电话"),
        ("补贴项目", lambda _: "旅游补贴", "没有这个项目"),
        ("补贴项目", lambda _: "企业新型学徒制培训补贴", "应由企业申请"),
        ("人员类别", lambda _: "海外侨胞", "没有这个类别"),
        ("级别", lambda _: "六级", "没有这个等级"),
        ("级别", lambda _: "技师", "与证书编号中的等级不一致"),
        ("证书类型", lambda _: "驾驶证", "不是可以申领补贴的证书"),
        ("证书编号", lambda v: v[:-3], "少三位"),
        ("发证日期", lambda _: "", "空着"),
        ("发证日期", lambda _: "2020-2-30", "没有这一天"),
        ("发证日期", lambda _: "2029年7月1日", "晚于今天"),
        ("结业时间", lambda _: "2020-01-05", "早于开班日期"),
        ("结业时间", lambda _: "", "空着"),
        ("出勤天数", lambda _: "十八天", "不是数字"),
        ("是否按月领取养老金", lambda _: "不清楚", "应填是或否"),
        ("社保卡银行账号", lambda v: v[:-1] + str((int(v[-1]) + 1) % 10), "校验位不符"),
        ("社保卡银行账号", float, "被Excel变成数字，后几位丢失"),
        ("开户行", lambda _: "", "空着"),
        ("户名", lambda _: "高大山", "不是本人账户"),
    ]
    done = []
    for i, (column, change, what) in enumerate(changes):
        place = 11 + 16 * i
        rows[place][column] = change(rows[place][column])
        done.append((place, column, what))
    rows[470] = rows[469] | {"序号": 471}
    done.append((470, "身份证号码", "与上一行重复"))
    rows[487]["社保卡银行账号"] = "6228480001"
    done.append((487, "社保卡银行账号", "位数不对"))
    return done


def roster_500() -> tuple[bytes, list[tuple[int, str, str]]]:
    """The file and its faults as (row in the file, column, what was done)."""
    r = random.Random(SEED)  # noqa: S311 - sample data, not secrets
    rows = [person(r, n) for n in range(GOOD + FAULTY)]
    plain = [dict(row) for row in rows]
    habits(rows)
    places = {11 + 16 * i for i in range(28)} | {469, 470, 487}
    for place in places:  # spoiled rows are spoiled in one way only
        rows[place] = plain[place]
    done = faults(rows)
    lines: list[Row | None] = []
    where: dict[int, int] = {}
    for n, row in enumerate(rows):
        if n in (100, 300):
            lines.append(None)  # a blank row
        if n == 250:
            lines.append(
                dict(zip(HEADER, HEADER, strict=True))
            )  # the header again, from a second printed page
        where[n] = len(lines)
        lines.append(row)
    return _workbook(lines), [(where[n] + 4, column, what) for n, column, what in done]


def _workbook(lines: list[Row | None]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": "样例数据，人员均为虚构", "created": datetime(2020, 11, 16)})  # noqa: DTZ001
    notes = book.add_worksheet("说明")
    notes.write_string(0, 0, "这是五单的样例数据。人员、号码、账户均为虚构。")
    page = book.add_worksheet("学员名册")
    title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True})
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    page.merge_range(
        0, 0, 0, len(HEADER) - 1, "台儿庄区2020年职业培训补贴申请名册（样例数据，人员均为虚构）", title
    )
    page.merge_range(1, 0, 1, 9, f"填报单位：{PROVIDER_NAME}（盖章）")
    page.write_string(1, 15, "2020年11月16日")
    for i, name in enumerate(HEADER):
        page.write_string(2, i, {"身份证号码": "身份证\n号码", "级别": "级 别"}.get(name, name), head)
    for at, row in enumerate(lines, start=3):
        for i, name in enumerate(HEADER):
            value = row[name] if row else ""
            if isinstance(value, date):
                page.write_datetime(at, i, value, day)
            elif isinstance(value, int | float):
                page.write_number(at, i, value)
            elif value:
                page.write_string(at, i, value, text)
    end = len(lines) + 3
    page.write_string(end, 0, "合计")
    page.write_number(end, 16, 500)
    page.write_string(end + 2, 0, "经办人：李敏")
    page.write_string(end + 2, 6, "负责人：王建国")
    page.set_column(1, 1, 10)
    page.set_column(2, 3, 20)
    page.set_column(10, 10, 26)
    page.set_column(19, 19, 24)
    page.activate()
    book.close()
    return out.getvalue()


def roster_zhoucun() -> bytes:
    """20 good rows in GB18030, for the other district: its document sets no amounts, so all go to a person."""
    r = random.Random(SEED + 1)  # noqa: S311 - sample data, not secrets
    rows = [person(r, n, area="370306", place="丝绸", branch=8001) for n in range(20)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["周村区职业培训补贴申请名册（样例数据，人员均为虚构）"])
    writer.writerow(HEADER)
    writer.writerows([row[name] for name in HEADER] for row in rows)
    return out.getvalue().encode("gb18030")


README = """# 样例名册 · Sample rosters

人员、号码、账户均为虚构（sample data: nobody here exists）。由 `samples/make.py` 生成，每次相同。

- `taierzhuang-500.xlsx`：500行，其中30行各有一处问题，其余470行可以提交。用“{provider}”经办人登录上传，代领协议编号填“{authority}”。
  500 rows for the provider named, claiming on its learners' authority; 30 of them have one fault each:

| 行 row | 列 column | 问题 fault |
|---|---|---|
{table}

- `zhoucun-20.csv`：20行，GB18030编码，用周村区的培训机构上传；周村区文件没有规定金额，全部转人工核实。
  20 good rows in GB18030 for a provider of 周村区, whose document sets no amounts: all go to a person.

表里还有这些常见情形，都能照常读入：表头上方的标题、两张工作表、空行、中间重复的表头、末尾的合计和签字、全角数字、小写x、姓名中的空格、五种日期写法和日期序号。
"""


def main() -> None:
    content, found = roster_500()
    (HERE / "taierzhuang-500.xlsx").write_bytes(content)
    (HERE / "zhoucun-20.csv").write_bytes(roster_zhoucun())
    table = "\n".join(f"| {row} | {column} | {what} |" for row, column, what in found)
    (HERE / "README.md").write_text(
        README.format(provider=PROVIDER_NAME, authority=AUTHORITY, table=table), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
