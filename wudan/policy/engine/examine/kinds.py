"""What the examination can find, by code: how grave it is, and its name in Chinese."""

from __future__ import annotations

from dataclasses import dataclass

MONEY, RULE, DAY, HINT = "money", "rule", "day", "hint"
GRAVITIES = {
    MONEY: "金额：可能错付，或付不了",
    RULE: "规则：写了却不起作用，或互相矛盾",
    DAY: "日期：没有依据的日子",
    HINT: "提示：不影响检查通过",
}
"""Gravities (轻重), the gravest first; only a hint does not fail the check."""


@dataclass(frozen=True)
class Kind:
    """One kind of finding."""

    gravity: str
    title: str
    meaning: str


KINDS: dict[str, Kind] = {
    "no-price": Kind(MONEY, "没有金额", "申领条件都符合，却算不出金额，只能交人工定；没有依据可以照着定。"),
    "two-schemes": Kind(
        MONEY, "两个项目付同一张证书", "同一个人拿同一张证书报两个项目，两份都没有被拦下，一张证书会付两次。"
    ),
    "one-twice": Kind(
        MONEY, "同一张证书领两次", "同一个人拿同一张证书在一个项目里报两次，两份都没有被拦下。"
    ),
    "amount-negative": Kind(MONEY, "算出负数", "金额算出来小于零，审核时按0元付，算式多半写反了。"),
    "amount-zero": Kind(MONEY, "通过却是0元", "结论是通过，金额却是0元；标准多半漏填了。"),
    "level-order": Kind(MONEY, "等级高的反而少", "其他事项都一样，等级更高的证书反而付得更少。"),
    "scheme-closed": Kind(RULE, "谁也领不到", "没有一个人能通过这个项目；几个条件互相矛盾，或条件写反了。"),
    "review-always": Kind(RULE, "人人都要复核", "不论怎么填，都会被这一条交人工复核；没有事项能使它符合。"),
    "when-never": Kind(RULE, "前提从不成立", "条件的前提（when）从不成立，这一条等于没有写。"),
    "condition-idle": Kind(RULE, "条件总是符合", "没有人会不符合这一条，写了不起作用；多半是数写错了。"),
    "condition-shadowed": Kind(
        RULE, "条件被别的条件盖住", "不符合这一条的人，必定也不符合别的条件；去掉它，结论不变。"
    ),
    "part-idle": Kind(RULE, "条件中有一段不起作用", "条件中的这一段总是成立或总不成立，去掉它，结果不变。"),
    "branch-idle": Kind(RULE, "分支走不到", "算式中的这一分支没有人走得到。"),
    "entry-idle": Kind(RULE, "表中的一项用不到", "能通过的申请都查不到表中的这一项。"),
    "bound-idle": Kind(RULE, "上下限不起作用", "取较小（较大）的几项中，这一项从不被取到，等于没有写。"),
    "limit-idle": Kind(RULE, "次数限制到不了", "没有人能达到这个次数，这条限制从不起作用。"),
    "cap-idle": Kind(RULE, "累计上限到不了", "一个人能领到的合计达不到上限，这条上限从不起作用。"),
    "unique-idle": Kind(RULE, "不重复规则不起作用", "同样的申请报两次，也不会被这一条拦下。"),
    "exclusion-idle": Kind(RULE, "互斥的项目碰不到", "所列的项目没有一个人能同时符合，这条互斥从不起作用。"),
    "overlap-idle": Kind(RULE, "时间重叠核不到", "没有两份申请会被这一条看出时间重叠。"),
    "step-idle": Kind(RULE, "金额的一步没有用到", "这一步算出来的数，后面没有用到。"),
    "value-idle": Kind(
        RULE, "值没有用到", "写了这个值（或表、名单），却没有规则用它；多半是规则里写了别的数。"
    ),
    "reason-idle": Kind(RULE, "原因没有规则", "写了这个原因的说明，却没有规则会用到它。"),
    "reason-silent": Kind(
        RULE, "原因说不出来", "这个原因的说明填不满，只能显示它的名称，当事人看不到是哪一项事实。"
    ),
    "before-valid": Kind(DAY, "早于规则集生效日也能领", "规则集还没有生效的日子开始的申请，也会通过。"),
    "version-missing": Kind(DAY, "有的日子没有版本", "这些日子开始的申请，用的是还没有生效的第一个版本。"),
    "version-unused": Kind(DAY, "版本从不用到", "这个版本生效期间，没有一个项目的申请会用到它。"),
    "day-gap": Kind(DAY, "中间有日子断开", "前后的日子都能领，中间这些日子开始的却不能。"),
    "parameter-missing": Kind(
        DAY, "经办参数没有版本", "这些日子办理申请时，查不到这个经办参数，事情会停下来。"
    ),
    "case-missing": Kind(HINT, "缺少案例", "没有案例走到这条规则的这一边；改坏了也看不出来。"),
    "open-point-stale": Kind(
        RULE, "待定事项已不存在", "列为待定的情况，自查没有再遇到；请删去这一条，或改正它。"
    ),
}
