"""Districts (区), departments (部门), towns (镇街), enterprises (企业) and providers (培训机构);
who teaches for them, where, which bases are recognised, how they stand.

Verbs: load_divisions, open_district, set_calendar_day, register_organisation, amend_organisation, record_organisation_account,
suspend, restore; file, list, return, remove a teacher; add, amend a venue; apply for, review, recognise, refuse, revoke a base;
record, reply to, repair a credit entry.
"""
