"""What happens without anybody clicking: the queue's worker, the timetable, one module per job.

A job is a loop over rows that may be stopped and started anywhere. Its verbs: `run` a worker; `defer` a job from a page.
"""
