"""买单·拨付: approved claims gathered into a month's batch per fund, sent to the bank, answered, reconciled, recovered.

Verbs: open_pools, gather, remove_line, cancel, sign, send, bank_file, record_return, settle, repay, say_received,
answer_inquiry, open_recovery, record_recovery, stop, clear, resume; rediscover_certificate, -_reissue, -_group, -_correction,
-_release (what became known late), propose, confirm, send_back, state_case (a difference), repay_supplement.
"""
