"""Rosters (申请名册): a file of many claims, read as offices really send it, checked whole, saved whole or not at all.

From bytes to claims: `workbook`/`textfile` (bytes → grid), `headers` (which column is which), `reading` (which rows are people),
`cells` and `vocabulary` (one cell → one value), `examine` (against the registry, the claims there are, and the rulebook),
`actions` (upload_roster, check_roster, confirm_roster, save_roster, discard_roster), `marked` and `template` (files out).
"""
