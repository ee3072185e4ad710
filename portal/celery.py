"""The Celery application and the table of what runs by the clock, by task name."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("plumbline", task_cls="portal.tenancy.celery:ScopedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "audit.anchor": {"task": "audit.anchor", "schedule": crontab(hour="2", minute="10")},
    "posture.snapshots": {"task": "posture.snapshots", "schedule": crontab(hour="3", minute="10")},
    "registers.uploads": {"task": "registers.drop_old_uploads", "schedule": crontab(minute="25")},
    "documents.sweep": {"task": "documents.sweep", "schedule": crontab(minute="*/15")},
    "outbox.sweep": {"task": "outbox.sweep", "schedule": crontab(), "options": {"expires": 300}},
    "deadlines.scan": {"task": "deadlines.scan", "schedule": crontab(), "options": {"expires": 300}},
    "deadlines.compare": {"task": "deadlines.compare", "schedule": crontab(hour="1", minute="20")},
}


@worker_init.connect  # type: ignore[untyped-decorator]
def refuse_unconfined_role(**kwargs: Any) -> None:
    """End the worker when its database role could see past the policies."""
    from portal.tenancy.roles import refuse_unconfined_role as refuse  # noqa: PLC0415 - needs the apps loaded

    refuse()
