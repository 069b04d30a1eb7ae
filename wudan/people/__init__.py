"""The real-name registry (实名库): persons, their bank accounts, and target groups (补贴对象类别) with dated proof.

Verbs: register_person, register_people, amend_person, record_account(s), tag_group, end_group,
unmask (and disclose, for sealed numbers elsewhere).
"""
