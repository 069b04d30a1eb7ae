"""Pools, accounts, entries and legs. The walls are triggers: balanced at commit, at least two legs, legs only in their own
entry's transaction, no update, delete or truncate, and no account below zero that may not go there."""

from __future__ import annotations

import pgtrigger
from django.db import models

from wudan.funds.movements import MOVEMENTS
from wudan.kernel.history import recorded
from wudan.kernel.triggers import Wall
from wudan.kernel.walls import append_only, no_truncate
from wudan.organisations.models import District


class Pool(models.Model):
    """One source of money of one district in one budget year (资金池)."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    source = models.TextField("资金来源", help_text="rulebook pool code, e.g. employment_subsidy")
    label = models.TextField("名称")
    year = models.PositiveSmallIntegerField("预算年度")
    payable = models.BooleanField("可拨付", help_text="职工教育经费 is recorded and never paid from")
    clause = models.TextField("依据")

    class Meta:
        verbose_name = "资金池"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "source", "year"],
                name="pool_once",
                violation_error_message="该年度的这项资金已经建立",
            )
        ]
        triggers = [recorded("pool")]

    def __str__(self) -> str:
        return f"{self.district} {self.year}年{self.label}"


# Signed fen; debits positive. `granted` is the credit side of a budget and runs negative; the rest never fall below zero.
ACCOUNT_KINDS = [
    ("granted", "预算下达"),
    ("available", "可用额度"),
    ("reserved", "列单预留"),
    ("earmarked", "已核定未送银行"),
    ("in_transit", "银行在途"),
    ("paid", "已拨付"),
    ("recovered", "追回收入"),
]


class Account(models.Model):
    """A ledger account of a pool. `balance_fen` is kept by the database from the legs; nobody else may write it."""

    pool = models.ForeignKey(
        Pool, models.PROTECT, related_name="accounts", verbose_name="资金池", db_index=False
    )
    kind = models.TextField("科目", choices=ACCOUNT_KINDS)
    balance_fen = models.BigIntegerField("余额（分）", default=0)

    class Meta:
        verbose_name = "科目"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "kind"], name="account_once", violation_error_message="该资金池已有这个科目"
            ),
            models.CheckConstraint(
                name="account_not_overdrawn",
                condition=models.Q(kind="granted") | models.Q(balance_fen__gte=0),
                violation_error_message="该资金池的可用额度不足，不能占用或拨付这笔资金",
            ),
        ]
        triggers = [
            Wall(
                name="account_balance_by_legs",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        IF NEW.balance_fen <> 0 THEN
                            RAISE EXCEPTION 'wudan-ledger: 新科目余额必须为零' USING ERRCODE = 'raise_exception';
                        END IF;
                        RETURN NEW;
                    END IF;
                    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND NEW.pool_id = OLD.pool_id AND NEW.kind = OLD.kind THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'wudan-ledger: 科目余额只能由记账凭证改变' USING ERRCODE = 'raise_exception';
                """,
            ),
            no_truncate("account", "科目"),
        ]

    def __str__(self) -> str:
        return f"{self.pool} {self.get_kind_display()}"


_DIRECTIONS = ", ".join(f"('{m.source}', '{m.target}')" for m in MOVEMENTS)

# At commit: balanced, two legs or more, no direction outside the table; a reversal mirrors its original to the fen.
_BALANCED = f"""
    IF (SELECT count(*) < 2 OR sum(amount_fen) <> 0 FROM funds_leg WHERE entry_id = NEW.id) THEN
        RAISE EXCEPTION 'wudan-ledger: 凭证%借贷不平或不足两笔分录', NEW.id USING ERRCODE = 'raise_exception';
    END IF;
    IF NEW.reverses_id IS NULL THEN
        IF EXISTS (
            SELECT 1 FROM funds_leg o JOIN funds_account a ON a.id = o.account_id,
                          funds_leg i JOIN funds_account b ON b.id = i.account_id
            WHERE o.entry_id = NEW.id AND i.entry_id = NEW.id AND o.amount_fen < 0 AND i.amount_fen > 0
              AND (a.kind, b.kind) NOT IN ({_DIRECTIONS})
        ) THEN
            RAISE EXCEPTION 'wudan-ledger: 凭证%的资金不能这样结转', NEW.id USING ERRCODE = 'raise_exception';
        END IF;
    ELSIF EXISTS (
        SELECT account_id FROM funds_leg WHERE entry_id IN (NEW.id, NEW.reverses_id)
        GROUP BY account_id HAVING sum(amount_fen) <> 0
    ) OR EXISTS (SELECT 1 FROM funds_entry WHERE id = NEW.reverses_id AND reverses_id IS NOT NULL) THEN
        RAISE EXCEPTION 'wudan-ledger: 冲销凭证%与原凭证不对应', NEW.id USING ERRCODE = 'raise_exception';
    END IF;
    RETURN NULL;
"""  # noqa: S608 - constants of this module


class Entry(models.Model):
    """One ledger entry (记账凭证). A correction is an entry that reverses another, once."""

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="+", verbose_name="资金池", db_index=False)
    on = models.DateField("记账日期")
    made_at = models.DateTimeField("记账时间")
    memo = models.TextField("摘要")
    basis = models.TextField("依据")
    actor_label = models.TextField("经办人")
    subject = models.TextField("业务", help_text='e.g. "notice:12", "batch:7"')
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="+", verbose_name="冲销凭证"
    )
    transaction_id = models.TextField(
        "事务号",
        db_default=models.Func(function="pg_current_xact_id", output_field=models.TextField()),
        editable=False,
    )

    class Meta:
        verbose_name = "记账凭证"
        indexes = [
            models.Index(fields=["pool", "on", "id"], name="entry_by_day"),
            models.Index(fields=["subject"], name="entry_by_subject"),
        ]
        triggers = [
            *append_only("entry", "记账凭证"),
            Wall(
                name="entry_stamped",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="NEW.transaction_id := pg_current_xact_id()::text; RETURN NEW;",
            ),
            Wall(
                name="entry_balanced",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=_BALANCED,
            ),
        ]

    def __str__(self) -> str:
        return self.memo


class Leg(models.Model):
    """One side of an entry (分录): debit positive, credit negative, in fen."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="legs", verbose_name="凭证")
    account = models.ForeignKey(Account, models.PROTECT, related_name="legs", verbose_name="科目")
    amount_fen = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = "分录"
        constraints = [
            models.CheckConstraint(
                name="leg_not_zero",
                condition=~models.Q(amount_fen=0),
                violation_error_message="分录金额不能为零",
            )
        ]
        triggers = [
            *append_only("leg", "分录"),
            Wall(
                name="leg_in_own_entry",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM funds_entry e JOIN funds_account a ON a.pool_id = e.pool_id
                        WHERE e.id = NEW.entry_id AND a.id = NEW.account_id
                          AND e.transaction_id = pg_current_xact_id()::text
                    ) THEN
                        RAISE EXCEPTION 'wudan-ledger: 分录只能随本凭证、在本资金池内一次记入' USING ERRCODE = 'raise_exception';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Wall(
                name="leg_moves_balance",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE funds_account SET balance_fen = balance_fen + NEW.amount_fen WHERE id = NEW.account_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_fen}"


class UnemploymentFundYear(models.Model):
    """A year's figures of the unemployment insurance fund, for the 24-month reserve (台政办发〔2020〕4号 七（二）)."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    year = models.PositiveSmallIntegerField("年度")
    opening_fen = models.BigIntegerField("上年末滚存结余（分）")
    drawn_fen = models.BigIntegerField("计提额（分）")
    benefits_fen = models.BigIntegerField("年度待遇支出（分）")
    source = models.TextField("数据来源")

    class Meta:
        verbose_name = "失业保险基金年度数据"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "year"],
                name="fund_year_once",
                violation_error_message="该年度数据已经登记",
            ),
            models.CheckConstraint(
                name="fund_year_figures",
                condition=models.Q(opening_fen__gte=0, drawn_fen__gte=0, benefits_fen__gt=0),
                violation_error_message="结余和计提额不能为负，待遇支出应大于零",
            ),
        ]
        triggers = [recorded("fund_year")]

    def __str__(self) -> str:
        return f"{self.district} {self.year}"
