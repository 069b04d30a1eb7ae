"""Policy laboratory (政策实验室): a draft tried on the district's own claims before it is law. Nothing it does touches a claim.

Verbs: start_run, work_run.
"""
