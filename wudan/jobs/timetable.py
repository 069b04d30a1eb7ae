"""What runs when. The queue counts in UTC: 18:20 here is 02:20 the next day in Shanghai.

Importing this module registers every job (PROCRASTINATE_IMPORT_PATHS), so a new job's module is named here.
"""

from __future__ import annotations

from procrastinate.contrib.django import app

from wudan.jobs import (
    attendance,
    classes,
    demand,
    dues,
    housekeeping,
    listing,
    notices,
    outbox,
    quality,
    registrations,
)

app.periodic(cron="* * * * *")(housekeeping.take_up_stalled)
app.periodic(cron="20 18 * * *")(housekeeping.sweep)
app.periodic(cron="*/10 * * * *")(notices.close_notices)
app.periodic(cron="5,35 * * * *")(classes.run_clocks)
app.periodic(cron="3-59/10 * * * *")(attendance.close_sign_ins)
app.periodic(cron="40 18 * * *")(dues.refresh_dues)
app.periodic(cron="30 17 * * *")(demand.expire)
app.periodic(cron="50 17 * * *")(quality.hold)
app.periodic(cron="20 17 * * *")(registrations.expire)
app.periodic(cron="2 16 * * *")(listing.turn_the_day)

__all__ = ["attendance", "classes", "demand", "dues", "housekeeping", "listing", "notices", "outbox", "quality", "registrations"]
