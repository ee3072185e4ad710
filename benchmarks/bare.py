"""A bare view that writes what an alert leads to and asks nothing; the addresses of the portal beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from incidents.response.models import AlertReceipt, AlertSource, Incident, TimelineEntry
from portal.deadlines.models import Deadline
from portal.outbox.models import Delivery, Message
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter

#: Far above those of the portal.
numbers = count(1_000_000)
HOURS = {"incident.response": 4, "incident.update": 1}


@csrf_exempt
def write(
    request: HttpRequest, practice_id: UUID, source_id: int, client_id: UUID, person_id: UUID
) -> JsonResponse:
    """Insert the rows of an alert that opens an incident and tells `person` of it; with `running` those of one that
    is added to that incident.
    """
    alert = json.loads(request.body)
    now = datetime.now(UTC)
    scope = Scope(practice=practice_id, clients=EVERY_CLIENT, internal=True)
    theirs = {"practice_id": practice_id, "client_id": client_id}
    with enter(scope, switch=True), transaction.atomic():
        incident_id = int(request.GET.get("running", 0)) or _incident(alert, theirs, person_id, now)
        AlertReceipt.objects.create(
            source_id=source_id, key=request.headers["Idempotency-Key"], reference=alert["reference"],
            context=alert, incident_id=incident_id, received_at=now, internal=True, **theirs,
        )  # fmt: skip
        TimelineEntry.objects.create(
            incident_id=incident_id, at=now, kind="alert", lead_in="Alert.", text=alert["summary"],
            internal=True, **theirs,
        )  # fmt: skip
        AlertSource.objects.filter(pk=source_id).update(last_at=now)
    return JsonResponse({"incident": incident_id}, status=201)


def _incident(alert: dict[str, str], theirs: dict[str, UUID], person_id: UUID, now: datetime) -> int:
    incident = Incident.objects.create(
        number=next(numbers), title=alert["summary"], severity="SEV1", detected_at=now, reported_at=now,
        summary=alert["summary"], source="Alert", alert_reference=alert["reference"], **theirs,
    )  # fmt: skip
    Deadline.objects.bulk_create(
        [
            Deadline(
                kind=kind, subject_type="response.incident", subject_id=str(incident.pk), subject=incident.reference,
                title=f"See to {incident.reference}", started_at=now, due_at=now + timedelta(hours=hours),
                policy="clock", next_step_at=now, **theirs,
            )
            for kind, hours in HOURS.items()
        ]
    )  # fmt: skip
    message = Message.objects.create(
        key=f"bare:{incident.pk}", kind="incident.opened", subject=str(incident), lines=[alert["summary"]],
        url="/incidents/", person_id=person_id, urgent=True, internal=True, created_at=now, **theirs,
    )  # fmt: skip
    Delivery.objects.create(
        message=message, person_id=person_id, medium="email", urgent=True, next_attempt_at=now, internal=True,
        created_at=now, **theirs,
    )  # fmt: skip
    return int(incident.pk)


urlpatterns = [
    path("bare/<uuid:practice_id>/<int:source_id>/<uuid:client_id>/<uuid:person_id>/", write),
    path("", include("portal.urls")),
]
