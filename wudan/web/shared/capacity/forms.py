"""Forms of 办学条件: a teacher, a venue, a base, a registration, a reply."""

from __future__ import annotations

from typing import Any

from django import forms

from wudan.orders.catalogue.actions.resources import ResourceForm as ResourceValues
from wudan.orders.catalogue.actions.supporting import SupportForm as SupportValues
from wudan.orders.catalogue.queries.resources import KINDS as RESOURCE_KINDS
from wudan.orders.catalogue.queries.resources import SUPPORT_KINDS
from wudan.organisations.actions.basing import BaseForm as BaseValues
from wudan.organisations.actions.placing import VenueForm as VenueValues
from wudan.organisations.actions.teaching import Subject
from wudan.organisations.actions.teaching import TeacherForm as TeacherValues
from wudan.web.shared import forms as f
from wudan.web.shared.capacity.cases import SIDES
from wudan.web.shared.occupations import LEVEL_CHOICES, OccupationField, OccupationsField

SIDE_CHOICES = list(SIDES.items())


class TeacherForm(f.Form):
    """A teacher to be filed; identity and name fall away when it is filed again."""

    name = forms.CharField(label="姓名", max_length=50)
    number = f.IdentityField(label="身份证号码", help_text="只用于实名核验，页面上不会完整显示。")
    title = forms.CharField(
        label="职称或技能等级", required=False, max_length=60, help_text="例如讲师、高级技师。"
    )
    qualification = forms.CharField(
        label="资格证书",
        max_length=200,
        help_text="写明证书名称和编号，例如“高级技师（焊工）1937040012100001”。",
    )
    occupations = OccupationsField(label="任教职业")
    kind = forms.ChoiceField(label="授课类型", choices=SIDE_CHOICES, initial="both")
    full_time = forms.ChoiceField(label="专职或兼职", choices=[("1", "专职"), ("0", "兼职")], initial="1")
    valid_from = f.DateField(label="有效期自")
    valid_until = f.DateField(label="有效期至", required=False, help_text="长期有效的不填。")
    publish_name = forms.BooleanField(
        label="本人同意在公开页面显示姓名",
        required=False,
        help_text="没有同意的，公开页面上的姓名只显示一部分，例如“李*国”。",
    )

    def __init__(self, *args: Any, again: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if again:
            del self.fields["name"], self.fields["number"]

    def values(self) -> TeacherValues:
        data = self.cleaned_data
        return TeacherValues(
            title=data["title"],
            qualification=data["qualification"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            subjects=[Subject(one.pk, data["kind"]) for one in data["occupations"]],
            full_time=data["full_time"] == "1",
            publish_name=data["publish_name"],
        )


class VenueForm(f.Form):
    """A classroom or a workshop."""

    name = forms.CharField(label="场地名称", max_length=60, help_text="例如“焊接实训车间”“201教室”。")
    address = forms.CharField(label="地址", max_length=120, help_text="写到门牌号，学员按这个地址前来。")
    division_code = forms.ChoiceField(label="所在镇街", required=False)
    kind = forms.ChoiceField(label="用途", choices=SIDE_CHOICES, initial="both")
    capacity = forms.IntegerField(label="可容纳人数", min_value=1, max_value=5000)
    area_m2 = forms.IntegerField(label="面积（平方米）", min_value=1, max_value=1_000_000)
    workplaces = forms.IntegerField(
        label="实训工位数", required=False, min_value=0, max_value=5000, help_text="只作理论教室的不填。"
    )
    barrier_free = forms.BooleanField(
        label="无障碍", required=False, help_text="坐轮椅的学员可以自行到达和使用。"
    )
    in_use = forms.BooleanField(label="正在使用", required=False, initial=True)

    def __init__(self, *args: Any, towns: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division_code"].choices = [("", "不填"), *towns]  # type: ignore[attr-defined]

    def values(self) -> VenueValues:
        data = dict(self.cleaned_data)
        data["workplaces"] = data["workplaces"] or 0
        data["division_code"] = data["division_code"] or None
        return VenueValues(**data)


class BaseForm(f.Form):
    """A training base to be applied for."""

    kind = forms.ChoiceField(label="类别")
    name = forms.CharField(label="名称", max_length=80)
    address = forms.CharField(label="地址", max_length=120, help_text="写到门牌号。")
    occupations = OccupationsField(label="面向职业")
    description = forms.CharField(
        label="基本情况",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="场地、设备、带头人，以及可供其他单位使用的内容。",
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择"), *kinds]  # type: ignore[attr-defined]

    def values(self) -> BaseValues:
        data = self.cleaned_data
        return BaseValues(
            kind=data["kind"],
            name=data["name"],
            address=data["address"],
            description=data["description"],
            occupation_ids=[one.pk for one in data["occupations"]],
        )


class RegistrationForm(f.Form):
    """What a provider applies to teach, and what shows that it can."""

    occupation = OccupationField(label="职业（工种）")
    level = forms.ChoiceField(label="等级", choices=[("", "请选择"), *LEVEL_CHOICES])
    certificate_type = forms.ChoiceField(label="证书类别")
    capacity = forms.IntegerField(
        label="同期培训规模", min_value=1, max_value=5000, help_text="同一时间最多能培训的人数。"
    )
    licence = forms.CharField(
        label="办学许可",
        max_length=100,
        help_text="证照名称，例如“民办学校办学许可证”；公办院校写批准设立文件。",
    )
    licence_number = forms.CharField(label="许可证号或文号", max_length=80)
    teacher = forms.MultipleChoiceField(
        label="教师",
        widget=forms.CheckboxSelectMultiple,
        help_text="先在“师资”中提交；审核入库后才计入备案条件。",
    )
    venue = forms.MultipleChoiceField(
        label="场地", widget=forms.CheckboxSelectMultiple, help_text="先在“场地”中登记。"
    )
    equipment = forms.CharField(
        label="设备",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="名称和数量，例如“氩弧焊机20台、切割机2台”。",
    )
    statement = forms.CharField(
        label="办学条件说明", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        certificates: list[tuple[str, str]],
        teachers: list[tuple[str, str]],
        venues: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        given = {"certificate_type": [("", "请选择"), *certificates], "teacher": teachers, "venue": venues}
        for name, choices in given.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class ReplyForm(f.Form):
    """陈述申辩."""

    reply = forms.CharField(
        label="陈述申辩",
        min_length=4,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明事实和理由。区人社局会看到，并写入记录。",
        error_messages={"min_length": "请至少写4个字。"},
    )


class ResourceForm(f.Form):
    """A recommendation for 三优资源."""

    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *RESOURCE_KINDS])
    title = forms.CharField(label="名称", max_length=100, help_text="教材、课件的名称；推荐教师的写姓名。")
    author = forms.CharField(label="作者或单位", required=False, max_length=100)
    occupation = OccupationField(label="适用职业", required=False)
    teacher = forms.ChoiceField(label="教师", required=False, help_text="推荐优秀教师时选择，须已入师资库。")
    url = forms.CharField(label="网址", required=False, max_length=300, help_text="课件的完整网址。")
    summary = forms.CharField(
        label="简介",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="内容、特点和使用情况。",
    )

    def __init__(self, *args: Any, teachers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teacher"].choices = [("", "不选"), *teachers]  # type: ignore[attr-defined]

    def values(self) -> ResourceValues:
        data = self.cleaned_data
        return ResourceValues(
            kind=data["kind"],
            title=data["title"],
            author=data["author"],
            summary=data["summary"],
            occupation_id=data["occupation"].pk if data["occupation"] else None,
            teacher_id=int(data["teacher"]) if data["teacher"] else None,
            url=data["url"],
        )


class SupportForm(f.Form):
    """An application for support of works."""

    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *SUPPORT_KINDS])
    content = forms.CharField(
        label="改造内容",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="改造什么、为什么、什么时候完成。",
    )
    results = forms.CharField(
        label="培训成绩",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="近年培训人数、取证人数和就业人数。文件规定对成绩突出的给予支持。",
    )
    asked_fen = f.MoneyField(label="申请金额（元）")

    def values(self) -> SupportValues:
        return SupportValues(**self.cleaned_data)
