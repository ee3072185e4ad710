"""The product's Celery application in a hurry: its clock ticks each second, and the dead are missed within seconds.

Nothing else differs. Run as `celery -A tests.machinery.hurried worker` or `beat`.
"""

from __future__ import annotations

from typing import Any

from celery.signals import beat_init, worker_init

from portal.celery import app

TICKS = ("deadlines.scan", "outbox.sweep", "documents.sweep")
app.conf.beat_schedule = {
    name: {**entry, "schedule": 1.0} for name, entry in app.conf.beat_schedule.items() if name in TICKS
}
app.conf.beat_max_loop_interval = 1


@worker_init.connect
@beat_init.connect
def hurry(**kwargs: Any) -> None:
    """Shorten what would otherwise be minutes; the children of a worker are forked with it."""
    from datetime import timedelta

    from portal.outbox import sending

    sending.LEASE = timedelta(seconds=6)
