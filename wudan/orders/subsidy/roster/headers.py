"""Which column is which (列名对照): the Chinese names in use and the 金保 field codes; and where the header row is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wudan.kernel.tables.grid import Grid, Unreadable
from wudan.people.cells import plain

SEARCH_ROWS = 40

# field → (name in the template, other names in use). Order is the template's order.
FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "学员姓名", "参训人员姓名", "培训人员姓名", "人员姓名", "职工姓名", "申请人", "申请人姓名", "受益人姓名", "aac003"),
    "document_kind": ("证件类型", "证件种类", "有效证件类型"),
    "number": (
        "身份证号", "身份证号码", "公民身份号码", "居民身份证号码", "居民身份证号", "证件号码", "证件号", "身份证", "有效证件号码",
        "社会保障号", "社会保障号码", "社保号", "学员身份证号", "aac002", "aac147",
    ),
    "phone": ("联系电话", "手机号", "手机号码", "手机", "电话", "联系方式", "本人电话", "本人联系电话", "移动电话", "aae005"),
    "groups": (
        "人员类别", "人员类型", "人员身份", "补贴对象类别", "培训对象类别", "培训对象", "学员类别", "身份类别", "就业群体",
        "bcc006",
    ),
    "scheme": ("补贴项目", "补贴类别", "补贴类型", "补贴种类", "申请补贴项目", "申领项目", "培训类别", "培训类型", "项目类别", "acf004"),
    "occupation_name": (
        "职业（工种）", "职业工种", "职业（工种）名称", "职业名称", "工种名称", "工种", "职业", "培训工种", "培训职业", "培训专业", "专业",
        "鉴定工种", "证书工种", "aca112",
    ),
    "occupation_code": (
        "职业编码", "职业代码", "职业（工种）编码", "职业（工种）代码", "工种编码", "工种编号", "工种代码", "职业编号",
        "aca111",
    ),
    "level": (
        "等级", "级别", "技能等级", "培训等级", "职业等级", "证书等级", "鉴定等级", "培训级别", "申请等级", "职业技能等级",
        "技术等级", "bac015",
    ),
    "prior_level": ("原等级", "原有等级", "原证书等级", "原技能等级", "已有等级", "现有等级", "原级别", "前一等级"),
    "certificate_type": ("证书类别", "证书类型", "证书种类", "证书名称", "取得证书类型", "取得证书类别"),
    "certificate_number": (
        "证书编号", "证书号", "证书号码", "资格证书编号", "职业资格证书编号", "技能等级证书编号", "取得证书编号", "bcc012",
    ),
    "certificate_issued_on": (
        "发证日期", "发证时间", "证书日期", "取证日期", "取证时间", "证书核发日期", "颁发日期", "证书发证日期", "bcc013",
    ),
    "class_id": (
        "班级编号", "班期", "班号", "班级号", "期次", "培训班编号", "培训期次", "班期编号", "开班编号", "开班备案号", "acf003",
    ),
    "class_name": ("班级名称", "培训班名称", "班级", "班名", "班期名称", "培训班", "acf015"),
    "started_on": (
        "开班日期", "培训开始", "开班时间", "培训开始日期", "培训开始时间", "开始日期", "开始时间", "开课日期", "培训起始日期",
        "培训时间起", "培训起止时间起", "培训时间开始", "起始日期",
    ),
    "ended_on": (
        "结业日期", "培训结束", "结业时间", "培训结束日期", "培训结束时间", "结束日期", "结束时间", "结课日期", "培训截止日期",
        "培训时间止", "培训起止时间止", "培训时间结束", "截止日期",
    ),
    "period": ("培训起止日期", "培训起止时间", "培训时间", "培训日期", "起止日期", "起止时间", "培训时段", "培训期限"),
    "attended_days": ("出勤天数", "实际出勤天数", "参训天数", "培训天数", "实训天数", "到课天数", "出勤", "出勤日数"),
    "insured_months": (
        "失业保险缴费月数", "失业保险累计缴费月数", "缴费月数", "累计缴费月数", "失业保险缴费月份", "失业保险参保月数", "参保月数",
        "累计缴纳失业保险月数",
    ),
    "draws_pension": ("是否领取养老金", "是否按月领取养老金", "按月领取养老金", "领取养老金", "是否领取养老保险待遇", "是否享受养老待遇"),
    "fee": ("培训费（元）", "培训费", "培训费用", "发票金额", "培训费发票金额", "收费金额", "缴纳培训费", "实际培训费用", "培训费金额"),
    "bank": ("开户银行", "开户行", "银行名称", "开户行名称", "发卡银行", "社保卡开户银行", "开户银行名称", "银行", "aaf200"),
    "account": (
        "银行账号", "银行帐号", "社保卡银行账号", "社保卡账号", "银行卡号", "卡号", "账号", "帐号", "社会保障卡银行账号",
        "收款账号", "开户账号",
        "个人银行账号", "社会保障卡账号", "社保卡金融账号", "aae010",
    ),
    "holder": ("户名", "账户名", "开户名", "开户人", "账户姓名", "收款人", "收款户名", "持卡人", "aae009"),
    "project_id": ("项目编号", "项目号", "培训项目编号", "合同编号"),
    "project_stage": ("项目阶段", "拨付阶段", "申请阶段", "项目拨付阶段"),
    "contract": ("合同金额（元）", "合同金额", "项目合同金额", "项目金额", "合同价款"),
    "completed_count": ("结业人数", "合格人数", "取证人数"),
    "employed_count": ("就业人数", "实现就业人数", "稳定就业人数"),
}  # fmt: skip
LABELS = {field: names[0] for field, names in FIELDS.items()}
PERSONAL = frozenset({"name", "number", "phone", "account", "holder"})


def squeeze(name: object) -> str:
    """A header name without what differs from office to office: width, spaces, stars, units, colons."""
    return re.sub(r"[\s*:_、,，.。\"“”]|必填|选填", "", plain(name)).lower()


def without_brackets(text: str) -> str:
    """A squeezed name without its unit or remark."""
    return re.sub(r"[(（\[【〔][^)）\]】〕]*[)）\]】〕]", "", text)


_FIELD_OF: dict[str, str] = {squeeze(n): field for field, names in FIELDS.items() for n in names}


def field_of(name: object) -> str | None:
    """The field a header cell stands for."""
    if not isinstance(name, str):
        return None
    text = squeeze(name)
    if not text or len(text) > 60:
        return None
    return _FIELD_OF.get(text) or _FIELD_OF.get(without_brackets(text))


NO_HEADER = "没有找到表头。名册应有一行列名，至少包括“姓名”“身份证号”“补贴项目”；您可以下载模板填写。"


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands (0-based row; `depth` rows of it) and what its columns are."""

    row: int
    depth: int
    columns: dict[str, int]  # field → column
    names: dict[int, str]  # column → as written in the file
    unused: tuple[str, ...]

    def name_of(self, field: str) -> str:
        """The column as the file calls it, else as the template does."""
        return self.names.get(self.columns.get(field, -1), LABELS.get(field, field))


def choose(grids: list[Grid]) -> tuple[Grid, Header]:
    """The sheet which holds the roster. Refuses when there is none, or more than one with rows."""
    found = [(g, h) for g in grids if (h := find(g)) is not None]
    for shelf in ([f for f in found if f[0].visible], found):
        filled = [f for f in shelf if _has_rows(*f)]
        best = max((len(h.columns) for _, h in filled), default=0)
        rosters = [f for f in filled if len(f[1].columns) * 2 > best]
        if len(rosters) > 1 and len({g.name for g, _ in rosters}) > 1:
            names = "、".join(f"“{g.name}”" for g, _ in rosters)
            raise Unreadable(
                f"文件里有{len(rosters)}张工作表都像名册（{names}）。请把要提交的人员放在一张工作表里再上传。"
            )
        if filled:
            return _checked(*max(filled, key=lambda f: len(f[1].columns)))
    if found:
        raise Unreadable("名册里只有表头，没有人员。请填写后再上传。")
    raise Unreadable(NO_HEADER)


def find(grid: Grid) -> Header | None:
    """The header: the first row with at least three known names, among them a person's or a project's."""
    for row in range(min(SEARCH_ROWS, len(grid.rows))):
        known = _known(grid.rows[row])
        if len(set(known.values())) >= 3 and {"name", "number", "project_id"} & set(known.values()):
            return _with_second_row(grid, row)
    return None


def _known(cells: list[object]) -> dict[int, str]:
    return {i: f for i, cell in enumerate(cells) if (f := field_of(cell))}


def _with_second_row(grid: Grid, row: int) -> Header:
    """A header may have two rows: 培训时间 over 开始 and 结束. Merged cells have been spread, so 姓名 stands in both."""
    upper = grid.rows[row]
    lower = grid.rows[row + 1] if row + 1 < len(grid.rows) else []
    one = {i: _on_one_line(c) for i, c in enumerate(upper) if isinstance(c, str) and c.strip()}
    two = dict(one)
    for i, cell in enumerate(lower):
        if isinstance(cell, str) and cell.strip() and squeeze(cell) != squeeze(one.get(i, "")):
            two[i] = one.get(i, "") + _on_one_line(cell)
    number = next((i for i, n in one.items() if field_of(n) in ("number", "name", "project_id")), None)
    below = str(lower[number]).strip() if number is not None and number < len(lower) else ""
    has_second = (
        bool(lower) and (not below or squeeze(below) == squeeze(one[number or 0])) and _adds(one, two)
    )
    return _header(row, 2 if has_second else 1, two if has_second else one)


def _on_one_line(name: str) -> str:
    return "".join(name.split("\n")).strip()


def _adds(one: dict[int, str], two: dict[int, str]) -> bool:
    """Does reading two rows find more columns than one?"""
    return len({f for n in two.values() if (f := field_of(n))}) > len(
        {f for n in one.values() if (f := field_of(n))}
    )


def _header(row: int, depth: int, names: dict[int, str]) -> Header:
    columns: dict[str, int] = {}
    for i in sorted(names):
        if field := field_of(names[i]):
            if field in columns and squeeze(names[columns[field]]) != squeeze(names[i]):
                columns[f"{field} again"] = i
            columns.setdefault(field, i)
    unused = tuple(n for i, n in sorted(names.items()) if not field_of(n))
    return Header(row, depth, columns, names, unused)


def _has_rows(grid: Grid, header: Header) -> bool:
    wanted = [header.columns[f] for f in ("number", "name", "project_id") if f in header.columns]
    return any(
        grid.cell(r, c) != "" for r in range(header.row + header.depth, len(grid.rows)) for c in wanted
    )


def _checked(grid: Grid, header: Header) -> tuple[Grid, Header]:
    """Refuse a header that says one thing twice or leaves out what every claim needs."""
    for field in [f for f in header.columns if f.endswith(" again")]:
        first, second = header.columns[field.removesuffix(" again")], header.columns[field]
        raise Unreadable(
            f"表头中“{header.names[first]}”（第{first + 1}列）和“{header.names[second]}”（第{second + 1}列）是同一项内容。请只保留一列。"
        )
    missing = [f for f in ("name", "number", "scheme") if f not in header.columns]
    if "project_id" in header.columns:
        missing = [f for f in missing if f == "scheme"]
    if missing:
        names = "、".join(f"“{LABELS[f]}”" for f in missing)
        raise Unreadable(
            f"名册缺少必填的列：{names}（表头在第{header.row + 1}行）。请补上后再上传，也可以下载模板填写。"
        )
    return grid, header
