"""买单·核定: a claim (申请) from submission through review and public notice (公示) to approval (核定).

Verbs: upload_roster, check_roster, confirm_roster, submit, correct, withdraw, accept, send_back, pass_first, pass_second,
reject, open_notice, object, uphold, dismiss, close_notice.
"""
