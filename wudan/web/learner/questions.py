"""What is asked before an application, one question a page: which questions a scheme has is read from its rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from wudan.policy.engine.model import Scheme
from wudan.policy.engine.rulebook import Rulebook
from wudan.web.shared import forms as f
from wudan.web.shared.own_fields import own_asked, own_field, own_plain

MAX = 200
OWN_HINT = "这几项是本区规定要核对的，没有的可以不填。"


@dataclass(frozen=True, slots=True)
class Question:
    """One page. `asks` are the columns it fills; it is asked where the scheme has the column `when`."""

    key: str
    title: str
    hint: str
    asks: tuple[str, ...]
    when: str


_ASKED: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
    ("occupation", "您学的是什么职业（工种）", "请按证书或结业材料上写的填写。",
     ("occupation_name", "occupation_code"), "occupation_code"),
    ("certificate", "您取得了什么证书", "请对照证书封面选择。", ("certificate_type",), "certificate_type"),
    ("level", "证书是几级", "看证书上“职业技能等级”或“技能等级”一栏。", ("level",), "level"),
    ("paper", "证书上的编号和日期", "请对照证书原件填写，工作人员会联网查验。",
     ("certificate_number", "certificate_issued_on"), "certificate_type"),
    ("prior", "取得这个证书之前，您是几级", "申报技师、高级技师要看原来的等级。", ("prior_level",), "prior_level"),
    ("class", "培训班哪天开班、哪天结业", "没有参加培训班、直接考取证书的，都不用填。",
     ("started_on", "ended_on", "class_name", "class_id"), "ended_on"),
    ("project", "您参加的是哪个项目、出勤几天", "项目编号请问培训机构，出勤天数以签到为准。",
     ("project_id", "attended_days"), "attended_days"),
    ("insured", "您累计缴了几个月失业保险", "可以在社保窗口或电子社保卡上查到，工作人员会核对。",
     ("insured_months",), "insured_months"),
    ("groups", "您属于下面哪些情况", "可以选几项，也可以都不选。工作人员会向有关部门核实，您不用开证明。",
     ("groups",), "groups"),
    ("fee", "培训费发票是多少钱", "请按发票上的金额填写。", ("fee_fen",), "fee_fen"),
    ("pension", "您现在按月领取养老金吗", "按月领取养老金的人不能享受这项补贴。",
     ("draws_pension",), "draws_pension"),
)  # fmt: skip
QUESTIONS = tuple(Question(*one) for one in _ASKED)


def questions(rulebook: Rulebook, scheme: Scheme, answers: Mapping[str, Any]) -> list[Question]:
    """Those of this scheme, in order; last what only this rulebook asks. Somebody without a certificate is not asked for its number."""
    asked = [q for q in QUESTIONS if q.when in scheme.columns]
    if own := own_asked(rulebook, scheme.columns):
        title = rulebook.column_label(own[0]) if len(own) == 1 else "还有几项请您填写"
        asked.append(Question("own", title, OWN_HINT, tuple(own), own[0]))
    without = "certificate_type" in answers and not answers["certificate_type"]
    return [q for q in asked if not (without and q.key in ("paper", "level"))]


class QuestionForm(f.Form):
    """The fields of one question."""

    def __init__(
        self, *args: Any, question: Question, rulebook: Rulebook, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for column in question.asks:
            self.fields[column] = field(column, rulebook)
            if column == question.asks[0] and len(question.asks) == 1:
                self.fields[column].label = question.title  # the only field is named by its question

    def clean(self) -> dict[str, Any]:
        """Nothing in an application lies in the future."""
        data: dict[str, Any] = super().clean() or {}
        for column, value in list(data.items()):
            if isinstance(value, date) and value > self.today:
                self.add_error(column, "这一天还没有到，请核对日期。")
        return data


def field(column: str, rulebook: Rulebook) -> forms.Field:
    """One column as a worker fills it in."""
    if column in rulebook.own:
        return own_field(rulebook, column)
    if column == "certificate_type":
        kinds = [(code, one.label) for code, one in rulebook.certificate_types.items()]
        return _choice("证书类别", [*kinds, ("none", "还没有拿到证书")])
    if column in ("level", "prior_level"):
        levels = sorted(rulebook.levels.items(), reverse=True)
        named = [(code, one.label) for code, one in levels if code != "0"]
        return _choice(rulebook.column_label(column), [*named, ("0", "没有等级")])
    if column == "draws_pension":
        return _choice("按月领取养老金", [("no", "没有"), ("yes", "是，按月领取")])
    if column == "groups":
        groups = [(code, one.label) for code, one in rulebook.groups.items()]
        return forms.MultipleChoiceField(
            label="人员类别", choices=groups, widget=forms.CheckboxSelectMultiple, required=False
        )
    if column in ("certificate_issued_on", "started_on", "ended_on"):
        return f.DateField(label=rulebook.column_label(column), required=column == "certificate_issued_on")
    if column == "fee_fen":
        return f.MoneyField(label="培训费发票金额（元）")
    if column in ("insured_months", "attended_days"):
        unit = rulebook.columns[column].unit
        return forms.IntegerField(
            label=f"{rulebook.column_label(column)}（{unit}）", min_value=0, max_value=1200,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            error_messages={"invalid": "请填写整数。", "max_value": "数字太大，请核对。", "min_value": "不能小于0。"},
        )  # fmt: skip
    return _text(column, rulebook)


_TEXTS = {
    "occupation_name": ("职业（工种）名称", True, "例如：电工、养老护理员、中式烹调师"),
    "occupation_code": ("职业编码", False, "例如6-18-02-04。不知道的可以不填。"),
    "certificate_number": ("证书编号", True, ""),
    "class_name": ("班级名称", False, ""),
    "class_id": ("班级编号", False, "结业证书或开班通知上有，没有的不填。"),
    "project_id": ("项目编号", True, ""),
}


def _text(column: str, rulebook: Rulebook) -> forms.Field:
    label, required, hint = _TEXTS.get(column, (rulebook.column_label(column), False, ""))
    return forms.CharField(label=label, required=required, help_text=hint, max_length=MAX)


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.Field:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)


# --- between the form, the session and the application ------------------------------------------------------------
def kept(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Cleaned answers as the session keeps them: plain JSON under the application's columns."""
    out: dict[str, Any] = {}
    for column, value in cleaned.items():
        if column == "certificate_type":
            out[column] = "" if value == "none" else value
        elif column in ("level", "prior_level"):
            out[column] = int(value)
        elif column == "draws_pension":
            out[column] = value == "yes"
        else:
            out[column] = value
    return own_plain(out)


def shown(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Kept answers as a form's initial values."""
    out = dict(answers)
    if "certificate_type" in out:
        out["certificate_type"] = out["certificate_type"] or "none"
    if "draws_pension" in out:
        out["draws_pension"] = "yes" if out["draws_pension"] else "no"
    return {k: str(v) if k in ("level", "prior_level") else v for k, v in out.items()}
