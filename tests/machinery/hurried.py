"""The product's Celery application in a hurry: its clock ticks each second, and the dead are missed within seconds.

Nothing else differs. Run as `celery -A tests.machinery.hurried worker` or `beat`.
"""

from __future__ import annotations

from typing import Any

from celery.signals import beat_init, worker_init

from tests.machinery.ticking import app

__all__ = ["app"]


@worker_init.connect
@beat_init.connect
def hurry(**kwargs: Any) -> None:
    """Shorten what would otherwise be minutes; the children of a worker are forked with it."""
    from datetime import timedelta

    from portal.outbox import sending

    sending.LEASE = timedelta(seconds=6)
