"""What the audit room does by the clock; portal/celery.py says when."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from portal.audit.anchors import anchor_everything


@shared_task(name="audit.anchor")  # type: ignore[untyped-decorator]
def anchor() -> int:
    """Sign the ends of all chains and mail them."""
    return anchor_everything(timezone.now())
