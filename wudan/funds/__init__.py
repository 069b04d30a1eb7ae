"""Funds (资金): pools by district and year, and a double-entry, append-only ledger the database keeps balanced.

Verbs: open_pool, open_pools, appropriate (下达预算), earmark (核定占用), release_earmark, send_to_bank (送银行), settle_paid (已付),
bounce (退票), bounce_late (银行事后退回), recover (追回), reverse (冲销), record_fund_year.
"""
