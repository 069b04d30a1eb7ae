"""Walls of payment that one constraint cannot say: who may pay what, what may not change any more, and never more than due."""

from __future__ import annotations

import pgtrigger

from wudan.kernel.triggers import Wall

# Whoever decided a claim may not sign or send the money for it.
_NOT_DECIDER = """
    IF EXISTS (
        SELECT 1 FROM payment_paymentline l JOIN subsidy_claim c ON c.id = l.claim_id
        WHERE l.batch_id = NEW.id AND l.state <> 'cancelled' AND (
            NEW.gathered_by IN (c.first_by, c.second_by, c.approved_by)
            OR NEW.signed_by IN (c.first_by, c.second_by, c.approved_by)
            OR NEW.sent_by IN (c.first_by, c.second_by, c.approved_by))
    ) OR EXISTS (
        SELECT 1 FROM payment_paymentline l JOIN payment_supplement s ON s.id = l.supplement_id
        JOIN payment_difference d ON d.id = s.difference_id
        WHERE l.batch_id = NEW.id AND l.state <> 'cancelled' AND (
            NEW.gathered_by IN (d.proposed_by, d.decided_by)
            OR NEW.signed_by IN (d.proposed_by, d.decided_by)
            OR NEW.sent_by IN (d.proposed_by, d.decided_by))
    ) THEN
        RAISE EXCEPTION 'wudan-duty: 审核过申请的人不能签批或拨付这笔资金' USING ERRCODE = 'raise_exception';
    END IF;
    RETURN NEW;
"""

# What was signed is what is sent; and out of a halt leads only the supervisor's word.
_BATCH_FIXED = """
    IF (NEW.pool_id, NEW.district_id, NEW.number) IS DISTINCT FROM (OLD.pool_id, OLD.district_id, OLD.number)
        OR (OLD.state NOT IN ('drafted', 'halted') OR OLD.sent_at IS NOT NULL)
            AND (NEW.total_fen, NEW.lines_count) IS DISTINCT FROM (OLD.total_fen, OLD.lines_count) THEN
        RAISE EXCEPTION 'wudan-ledger: 签批后的批次不能再改动' USING ERRCODE = 'raise_exception';
    END IF;
    IF OLD.state = 'halted' AND NEW.state <> 'halted' AND NEW.cleared_by IS NULL THEN
        RAISE EXCEPTION 'wudan-duty: 差异未经监督岗位核查办结，批次不能恢复' USING ERRCODE = 'raise_exception';
    END IF;
    RETURN NEW;
"""

# A line pays an approved claim (or a supplement) of the batch's own district and fund its own sum, and keeps sum and account for good.
_LINE_FIXED = """
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (
            SELECT 1 FROM payment_batch b JOIN funds_pool p ON p.id = b.pool_id JOIN subsidy_claim c ON c.id = NEW.claim_id
            LEFT JOIN payment_supplement s ON s.id = NEW.supplement_id
            WHERE b.id = NEW.batch_id AND b.state = 'drafted' AND c.district_id = b.district_id
              AND CASE WHEN NEW.supplement_id IS NULL THEN c.fund = p.source AND c.amount_fen = NEW.amount_fen
                  ELSE s.claim_id = c.id AND s.pool_id = b.pool_id AND s.amount_fen = NEW.amount_fen END
        ) THEN
            RAISE EXCEPTION 'wudan-ledger: 拨付明细与申请的区、资金来源或金额不符，或批次已签批' USING ERRCODE = 'raise_exception';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.supplement_id IS DISTINCT FROM OLD.supplement_id OR
       (NEW.batch_id, NEW.claim_id, NEW.reference, NEW.amount_fen, NEW.holder, NEW.bank, NEW.number_sealed, NEW.number_index)
        IS DISTINCT FROM
       (OLD.batch_id, OLD.claim_id, OLD.reference, OLD.amount_fen, OLD.holder, OLD.bank, OLD.number_sealed, OLD.number_index)
    THEN
        RAISE EXCEPTION 'wudan-ledger: 拨付明细的金额和账户不能修改' USING ERRCODE = 'raise_exception';
    END IF;
    IF NEW.state <> OLD.state AND (NEW.state = 'cancelled') <> (
        (SELECT sent_at FROM payment_batch WHERE id = NEW.batch_id) IS NULL
    ) THEN
        RAISE EXCEPTION 'wudan-ledger: 送银行后才有回单，送银行后不能移出' USING ERRCODE = 'raise_exception';
    END IF;
    RETURN NEW;
"""

_LINE_KEPT = "RAISE EXCEPTION 'wudan-ledger: 拨付明细不能删除' USING ERRCODE = 'raise_exception';"

_NEVER_MORE = """
    PERFORM 1 FROM payment_recovery WHERE id = NEW.recovery_id FOR UPDATE;
    IF (SELECT coalesce(sum(amount_fen), 0) FROM payment_recoveryreceipt WHERE recovery_id = NEW.recovery_id) + NEW.amount_fen
        > (SELECT amount_fen FROM payment_recovery WHERE id = NEW.recovery_id) THEN
        RAISE EXCEPTION 'wudan-ledger: 到账合计不能超过应追回金额' USING ERRCODE = 'raise_exception';
    END IF;
    RETURN NEW;
"""

# All that is asked back of a payment stays within it: what came, and what is still waited for.
_RECOVERY_WITHIN = """
    PERFORM 1 FROM payment_paymentline WHERE id = NEW.line_id FOR UPDATE;
    IF TG_OP = 'UPDATE' AND (NEW.line_id, NEW.claim_id, NEW.amount_fen) IS DISTINCT FROM (OLD.line_id, OLD.claim_id, OLD.amount_fen)
    THEN
        RAISE EXCEPTION 'wudan-ledger: 追回的金额不能修改' USING ERRCODE = 'raise_exception';
    END IF;
    IF NEW.state <> 'lifted' AND NEW.amount_fen + coalesce((
            SELECT sum(CASE WHEN r.state = 'lifted' THEN (
                SELECT coalesce(sum(m.amount_fen), 0) FROM payment_recoveryreceipt m WHERE m.recovery_id = r.id
            ) ELSE r.amount_fen END)
            FROM payment_recovery r WHERE r.line_id = NEW.line_id AND r.id <> NEW.id), 0)
        > (SELECT amount_fen FROM payment_paymentline WHERE id = NEW.line_id) THEN
        RAISE EXCEPTION 'wudan-ledger: 追回合计不能超过已拨付金额' USING ERRCODE = 'raise_exception';
    END IF;
    RETURN NEW;
"""

# A supplement is what its confirmed difference says; a difference keeps what it found.
_SUPPLEMENT_FIXED = """
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.difference_id, NEW.claim_id, NEW.pool_id, NEW.amount_fen)
            IS DISTINCT FROM (OLD.difference_id, OLD.claim_id, OLD.pool_id, OLD.amount_fen) THEN
            RAISE EXCEPTION 'wudan-ledger: 补发的金额不能修改' USING ERRCODE = 'raise_exception';
        END IF;
    ELSIF NOT EXISTS (
        SELECT 1 FROM payment_difference d JOIN subsidy_claim c ON c.id = d.claim_id JOIN funds_pool p ON p.id = NEW.pool_id
        WHERE d.id = NEW.difference_id AND d.claim_id = NEW.claim_id AND d.state IN ('payment', 'recovery')
          AND p.district_id = c.district_id AND p.source = c.fund AND NEW.amount_fen <= d.agreed_fen
    ) THEN
        RAISE EXCEPTION 'wudan-ledger: 补发与已确认的差额不符' USING ERRCODE = 'raise_exception';
    END IF;
    RETURN NEW;
"""
_DIFFERENCE_FIXED = """
    IF (NEW.late_fact_id, NEW.claim_id, NEW.district_id, NEW.direction, NEW.paid_fen, NEW.right_fen, NEW.before_id, NEW.after_id)
        IS DISTINCT FROM
       (OLD.late_fact_id, OLD.claim_id, OLD.district_id, OLD.direction, OLD.paid_fen, OLD.right_fen, OLD.before_id, OLD.after_id)
    THEN
        RAISE EXCEPTION 'wudan-ledger: 差额查明的内容不能修改' USING ERRCODE = 'raise_exception';
    END IF;
    RETURN NEW;
"""

BATCH = [
    Wall(name="batch_not_decider", when=pgtrigger.Before, operation=pgtrigger.Update, func=_NOT_DECIDER),
    Wall(name="batch_fixed", when=pgtrigger.Before, operation=pgtrigger.Update, func=_BATCH_FIXED),
]
LINE = [
    Wall(
        name="line_fixed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=_LINE_FIXED,
    ),
    Wall(name="line_kept", when=pgtrigger.Before, operation=pgtrigger.Delete, func=_LINE_KEPT),
]
RECEIPT = [
    Wall(name="receipt_never_more", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_NEVER_MORE)
]
RECOVERY = [
    Wall(
        name="recovery_within",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=_RECOVERY_WITHIN,
    )
]
SUPPLEMENT = [
    Wall(
        name="supplement_fixed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=_SUPPLEMENT_FIXED,
    )
]
DIFFERENCE = [
    Wall(name="difference_fixed", when=pgtrigger.Before, operation=pgtrigger.Update, func=_DIFFERENCE_FIXED)
]
