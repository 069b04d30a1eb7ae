"""The application form of one scheme: only the columns the scheme uses, in the rulebook's own words."""

from __future__ import annotations

from typing import Any

from django import forms

from wudan.orders.subsidy.actions.introducing import Learner
from wudan.orders.subsidy.forms import ClaimForm
from wudan.policy.engine.model import Scheme
from wudan.policy.engine.rulebook import Rulebook
from wudan.web.shared import forms as f
from wudan.web.shared.applicants.desk import Desk
from wudan.web.shared.applicants.roster_forms import authority_field
from wudan.web.shared.own_fields import own_asked, own_field

_NUMBERS = ("attended_days", "insured_months", "completed_count", "employed_count")
_DATES = ("certificate_issued_on", "started_on", "ended_on")
_PERSON = {"name", "number", "phone", "bank", "account", "authority"}
# Columns a person reads beside one the rules ask for.
_WITH = {
    "occupation_code": ("occupation_name", "职业（工种）名称", "与证书一致，例如“车工”。"),
    "class_id": ("class_name", "班级名称", ""),
    "certificate_type": ("certificate_number", "证书编号", "与证书一致。"),
}
_HELP = {
    "occupation_code": "国家职业分类大典的编码，例如 6-18-01-01。同一职业同一等级只能享受一次。",
    "class_id": "开班备案的班级编号。",
    "attended_days": "按签到记录填写。",
    "insured_months": "按社保缴费记录填写。",
    "groups": "培训首日的身份，可多选；由出具证明的部门核实。",
    "project_id": "按项目合同填写。",
    "fee_fen": "按培训费发票金额填写。",
}
_GROUPS = (
    ("培训项目", ("project_id", "project_stage", "contract_fen", "completed_count", "employed_count")),
    ("培训班", ("class_id", "class_name", "started_on", "ended_on", "attended_days", "fee_fen")),
    (
        "证书",
        ("certificate_type", "certificate_number", "certificate_issued_on", "occupation_name", "occupation_code", "level",
         "prior_level"),
    ),
    ("其他情况", ("groups", "insured_months", "draws_pension")),
)  # fmt: skip
OWN_TITLE = "本区规定的其他事项"


def _asked(scheme: Scheme) -> list[str]:
    """The columns to fill in: both days of a class go together, and a day of issue goes with a certificate."""
    columns = [
        c for c in scheme.columns if c != "certificate_issued_on" or "certificate_type" in scheme.columns
    ]
    return [*columns, "ended_on"] if "started_on" in columns and "ended_on" not in columns else columns


class CaseForm(f.Form):
    """What the application is about; used to apply and to correct."""

    def __init__(self, *args: Any, rulebook: Rulebook, scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rulebook, self.scheme = rulebook, scheme
        made: dict[str, forms.Field] = {}
        for column in _asked(scheme):
            if (one := self._field(column)) is not None:
                made[column] = one
            if column in _WITH:
                name, label, help_text = _WITH[column]
                made[name] = forms.CharField(label=label, help_text=help_text, required=False, max_length=200)
        self.own = own_asked(rulebook, scheme.columns)
        groups = (*_GROUPS, (OWN_TITLE, tuple(self.own)))
        self.sections = [
            (title, [name for name in names if name in made])
            for title, names in groups
            if set(names) & set(made)
        ]
        for _, names in self.sections:
            self.fields |= {name: made[name] for name in names}

    def _field(self, column: str) -> forms.Field | None:
        if column in self.rulebook.own:
            return own_field(self.rulebook, column)
        label, help_text = self.rulebook.column_label(column), _HELP.get(column, "")
        if column in ("level", "prior_level"):
            levels = [(int(code), one.label) for code, one in self.rulebook.levels.items() if code != "0"]
            return forms.TypedChoiceField(
                label=label, choices=[(0, "没有等级"), *sorted(levels, reverse=True)], coerce=int, required=False,
                empty_value=0,  # type: ignore[arg-type]  # whatever coerce gives
            )  # fmt: skip
        if column == "certificate_type":
            kinds = [(code, one.label) for code, one in self.rulebook.certificate_types.items()]
            return forms.ChoiceField(label=label, choices=[("", "没有证书"), *kinds], required=False)
        if column == "groups":
            groups = [(code, one.label) for code, one in self.rulebook.groups.items()]
            return forms.MultipleChoiceField(
                label=label,
                choices=groups,
                widget=forms.CheckboxSelectMultiple,
                required=False,
                help_text=help_text,
            )
        if column == "project_stage":
            stages = [(code, self.rulebook.word(code)) for code in ("advance", "balance")]
            return forms.ChoiceField(label=label, choices=stages)
        if column == "draws_pension":
            return forms.TypedChoiceField(
                label=f"是否{label}",
                choices=[("", "否"), ("True", "是")],
                coerce=bool,
                required=False,
                empty_value=False,  # type: ignore[arg-type]  # whatever coerce gives
            )
        if column in _DATES:
            return f.DateField(label=label, required=False, help_text=help_text)
        if column.endswith("_fen"):
            return f.MoneyField(
                label=f"{label}（元）", required=column == "contract_fen", help_text=help_text
            )
        if column in _NUMBERS:
            unit = self.rulebook.columns[column].unit
            return forms.IntegerField(
                label=f"{label}（{unit}）" if unit else label, min_value=0, max_value=1_000_000, required=False,
                help_text=help_text,
            )  # fmt: skip
        if column in ("claim_id", "person_id", "scheme", "applied_at"):
            return None
        return forms.CharField(
            label=label, required=column == "project_id", max_length=200, help_text=help_text
        )

    @property
    def drawn_sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """What the rules ask is not drawn as optional, though it may be left empty: then the rules say what follows."""
        for name in set(self.scheme.columns) & set(self.fields) - {"groups"}:
            self.fields[name].required = True
        return [(title, [self[name] for name in names]) for title, names in self.sections]

    def case(self, before: ClaimForm | None = None) -> ClaimForm:
        """The claim's form from what was filled in. What this form does not ask stays as it was `before`, if there was one."""
        asked = {name for _, names in self.sections for name in names} - _PERSON
        values = {k: v for k in asked if (v := self.cleaned_data.get(k)) not in (None, "", [])}
        if "groups" in values:
            values["groups"] = tuple(values["groups"])
        kept = {} if before is None else {k: v for k, v in before.columns().items() if k not in asked}
        own = {k: v for k, v in kept.pop("own", {}).items() if k not in asked}
        own |= {k: values.pop(k) for k in self.own if k in values}
        return ClaimForm(**{**kept, **values, "own": own, "scheme": self.scheme.code})

    def clean(self) -> dict[str, Any]:
        """The faults every way of applying finds, beside their fields."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for fault in self.case().faults(self.rulebook):
                self.add_error(
                    fault.column if fault.column in self.fields else None, f"{fault.sentence}。{fault.remedy}"
                )
        return data


class ApplyForm(CaseForm):
    """A new application: with the person and the account, and from a provider the agreement."""

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        case_fields = dict(self.fields)
        self.fields.clear()
        if not self.scheme.by_provider:
            self.fields |= _person_fields(desk)
            first: list[tuple[str, list[str]]] = [
                ("参训人员", ["name", "number", "phone"]),
                ("收款账户", ["bank", "account"]),
            ]
            if desk.on_authority:
                self.fields["authority"] = authority_field()
                first.insert(1, ("代领依据", ["authority"]))
            self.sections = [*first, *self.sections]
        self.fields |= case_fields
        self.order_fields([name for _, names in self.sections for name in names])

    def learner(self) -> Learner | None:
        data = self.cleaned_data
        if self.scheme.by_provider:
            return None
        return Learner(
            number=data["number"],
            name=data["name"],
            phone=data["phone"],
            bank=data["bank"],
            account=data["account"],
        )


def _person_fields(desk: Desk) -> dict[str, forms.Field]:
    digits = {"inputmode": "numeric", "autocomplete": "off", "class": "w-number"}
    return {
        "name": forms.CharField(label="姓名", max_length=50, help_text="与证件一致。"),
        "number": f.IdentityField(label="身份证号码", help_text="18位，末位是X的填大写或小写都可以。"),
        "phone": f.PhoneField(label="手机号码", required=False, help_text="本人能接到电话的号码。"),
        "bank": forms.CharField(label="开户银行", required=False, max_length=100),
        "account": forms.CharField(
            label="银行账号", required=False, max_length=40, widget=forms.TextInput(attrs=digits),
            help_text=f"{desk.whom}本人的社会保障卡或银行卡。补贴付给本人的要填；本人以前登记过账户的可以不填。",
        ),
    }  # fmt: skip


class AccountForm(f.Form):
    """The organisation's own account; the holder is its name."""

    bank = forms.CharField(
        label="开户银行", max_length=100, help_text="写到支行，例如“中国建设银行台儿庄支行”。"
    )
    number = forms.CharField(
        label="对公账号",
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-number"}),
    )
    reason = forms.CharField(
        label="变更原因", max_length=200, min_length=4, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="至少4个字，例如“银行退票：账号已销户”。会写入办理记录。",
        error_messages={"min_length": "请至少写4个字，说明为什么变更。"},
    )  # fmt: skip


class ContactForm(f.Form):
    """Whom the bureau calls."""

    contact = forms.CharField(label="联系人", max_length=50)
    phone = forms.CharField(
        label="联系电话", max_length=24, help_text="手机号码，或带区号的座机号码。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "class": "w-number"}),
    )  # fmt: skip
