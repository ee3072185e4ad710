"""The product's Celery application with a beat that ticks each second; nothing else differs."""

from __future__ import annotations

from portal.celery import app

TICKS = ("deadlines.scan", "outbox.sweep", "documents.sweep")
app.conf.beat_schedule = {
    name: {**entry, "schedule": 1.0} for name, entry in app.conf.beat_schedule.items() if name in TICKS
}
app.conf.beat_max_loop_interval = 1
