"""One row per occupation and edition. The same trade bears different codes in 1999, 2015 and 2022; links say which are one."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from wudan.kernel.history import recorded
from wudan.kernel.search import Bigrams
from wudan.kernel.walls import no_truncate

EDITIONS = [
    ("1999", "1999年版大典"),
    ("2015", "2015年版大典"),
    ("2022", "2022年版大典"),
    ("local", "本地目录"),
]
KINDS = [("occupation", "职业"), ("trade", "工种"), ("special", "专项职业能力")]
LINKS = [("same", "同一职业"), ("part", "部分对应")]
# As numbers everywhere, so that they compare: 五级 (5) is the lowest, 一级 (1) the highest, 0 has no level.
LEVELS = {
    5: "初级工（五级）", 4: "中级工（四级）", 3: "高级工（三级）", 2: "技师（二级）", 1: "高级技师（一级）", 0: "不分等级",
}  # fmt: skip


class Occupation(models.Model):
    """An occupation, trade or special skill as one edition names it. An empty code is one nobody has confirmed (编码待核)."""

    edition = models.TextField("版本", choices=EDITIONS)
    code = models.TextField("职业编码", default="", blank=True)
    name = models.TextField("职业名称")
    kind = models.TextField("类别", choices=KINDS)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="所属职业")
    levels = ArrayField(models.SmallIntegerField(), verbose_name="技能等级", default=list)
    aliases = ArrayField(models.TextField(), verbose_name="俗称", default=list)
    pinyin = models.TextField("拼音", default="")
    initials = models.TextField("拼音首字母", default="")
    search_text = models.TextField(
        "检索文本", default="", help_text="name, aliases and their pinyin, squeezed"
    )
    source = models.TextField("出处", help_text="where this row was read")
    note = models.TextField("说明", default="", blank=True)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "职业"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "code", "name"],
                name="occupation_once",
                violation_error_message="这一版本中已有相同编码和名称的职业",
            ),
            models.CheckConstraint(
                condition=~models.Q(source=""),
                name="occupation_has_source",
                violation_error_message="职业须写明出处",
            ),
            models.CheckConstraint(
                condition=models.Q(levels__contained_by=[0, 1, 2, 3, 4, 5]),
                name="occupation_levels_known",
                violation_error_message="技能等级只能是五级至一级，或不分等级",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="trade") | models.Q(parent__isnull=False),
                name="occupation_trade_has_parent",
                violation_error_message="工种须写明所属职业",
            ),
        ]
        indexes = [
            GinIndex(Bigrams("search_text"), name="occupation_by_bigrams"),
            models.Index(fields=["name"], name="occupation_by_name"),
        ]
        triggers = [recorded("occupation"), no_truncate("occupation", "职业")]

    def __str__(self) -> str:
        return self.name


class OccupationLink(models.Model):
    """What an occupation became in a later edition (新旧对应): the same, or a part of it."""

    old = models.ForeignKey(
        Occupation, models.PROTECT, related_name="+", verbose_name="旧版职业", db_index=False
    )
    new = models.ForeignKey(Occupation, models.PROTECT, related_name="+", verbose_name="新版职业")
    kind = models.TextField("对应关系", choices=LINKS)
    source = models.TextField("出处")

    class Meta:
        verbose_name = "职业新旧对应"
        constraints = [
            models.UniqueConstraint(
                fields=["old", "new"],
                name="occupation_link_once",
                violation_error_message="这两个职业已经建立对应关系",
            ),
            models.CheckConstraint(
                condition=~models.Q(old=models.F("new")),
                name="occupation_link_two",
                violation_error_message="一个职业不能与自己对应",
            ),
            models.CheckConstraint(
                condition=~models.Q(source=""),
                name="occupation_link_has_source",
                violation_error_message="对应关系须写明出处",
            ),
        ]
        triggers = [recorded("occupation_link"), no_truncate("occupation_link", "职业新旧对应")]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"
