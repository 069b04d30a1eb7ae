"""Verbs of 选单.

`previewing.preview`; `picking.pick`, `.pick_many`; `rosters.enrol_roster`; `leaving.withdraw_enrolment`, `.promote_next`;
for delivery `teaching.start_enrolments`, `.cancel_enrolments`, `.finish_enrolment`, `.drop_enrolment`, `.transfer_enrolment`;
for subsidy `slots.consume_slot`, `.release_slot`.
"""
