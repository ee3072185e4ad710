"""What stands in a client's procurement pack: reads the registers, gives the pack. Nothing internal, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from clients.engagements.models import AccessReview
from clients.engagements.queries import contacts_of, finished_reviews, support_of
from clients.posture.models import Waiver
from clients.posture.queries import history, posture_of
from clients.registers.models import Credential, Integration, Record, SubProcessor, Workflow
from clients.trust import posture_section, sections, support_section
from clients.trust.ai_use import ExportUse, ai_use
from clients.trust.further import sections_of
from clients.trust.pack import Cover, Pack
from clients.trust.words import counted, sentence
from clients.workflows.models import WorkflowExport
from portal.documents.kinds import Contents
from portal.documents.models import Document
from portal.tenancy.models import Client, YesNoUnknown
from portal.tenancy.people import leads_of
from portal.tenancy.scope import narrowed

TEMPLATE = "trust/pack.html"
GOOD_FOR = timedelta(days=90)
UNKNOWN = YesNoUnknown.UNKNOWN.value


def build(document: Document, now: datetime) -> Contents:
    """Give the contents of a pack document as the records stand at `now`."""
    with narrowed(internal=False, clients=frozenset({document.client_id})):
        pack = pack_of(document.client, now, number=document.number, addressee=document.addressee)
    return Contents(TEMPLATE, {"pack": pack}, pack.as_data())


def pack_of(client: Client, now: datetime, *, number: str, addressee: str = "") -> Pack:
    """Read one client's pack, inside the client's scope. Thirty queries and those of further sections, not more."""
    found = posture_of(client, now)
    integrations = list(_rows(Integration, client).select_related("workflow", "approved_by"))
    credentials = list(_rows(Credential, client).select_related("owner").defer("fingerprint"))
    companies = list(_rows(SubProcessor, client))
    workflows = list(_rows(Workflow, client))
    ai = ai_use(_exports(client), companies, workflows)
    overdue = _overdue([*credentials, *integrations, *companies], found.today)
    figures = [
        (len(workflows), "workflow" if len(workflows) == 1 else "workflows"),
        (len(integrations), "integration" if len(integrations) == 1 else "integrations"),
        (len(credentials), "credential" if len(credentials) == 1 else "credentials"),
        (len(companies), "sub-processor" if len(companies) == 1 else "sub-processors"),
        (len(ai.rows), "AI provider" if len(ai.rows) == 1 else "AI providers"),
    ]
    waivers = Waiver.objects.for_client(client).standing(found.today).order_by("until_on")
    return Pack(
        cover=_cover(client, now, number, addressee),
        summary=posture_section.summary(found, history(client, found), overdue, figures),
        posture=posture_section.posture(found, dict(waivers.values_list("control_id", "pk"))),
        integrations=sections.integrations(integrations),
        credentials=sections.credentials(credentials, found.today),
        sub_processors=sections.sub_processors(companies, found.today),
        ai=ai,
        support=support_section.support(
            support_of(client), contacts_of(client), _last_review(client), found.today
        ),
        unrecorded=posture_section.unrecorded(found, _gaps(workflows, integrations, credentials, companies)),
        further=sections_of(client, now),
    )


def _rows(model: Any, client: Client) -> Any:
    return model.objects.for_client(client).live().filter(internal=False).order_by("name", "id")


def _last_review(client: Client) -> AccessReview | None:
    review: AccessReview | None = finished_reviews(client).first()
    if review is not None:
        review.client = client
    return review


def _cover(client: Client, now: datetime, number: str, addressee: str) -> Cover:
    local = now.astimezone(ZoneInfo(client.time_zone)).replace(microsecond=0)
    lead = leads_of(client, now).order_by("name").first()
    practice = client.practice
    address = urlsplit(settings.SITE_URL)
    return Cover(
        practice=practice.name,
        practice_slug=practice.slug,
        client=client.legal_name or client.name,
        client_short=client.name,
        addressee=addressee,
        number=number,
        at=local,
        zone=client.time_zone,
        ask_again_on=(local + GOOD_FOR).date(),
        contact=str(lead) if lead else practice.name,
        contact_email=(lead.email if lead else practice.contact_email),
        check_at=f"{address.netloc}{reverse('document_check')}".rstrip("/"),
    )


def _exports(client: Client) -> list[ExportUse]:
    zone = ZoneInfo(client.time_zone)
    rows = (
        WorkflowExport.objects.for_client(client)
        .current()
        .filter(internal=False)
        .exclude(workflow__internal=True)
        .exclude(workflow__retired_at__isnull=False)
        .order_by("name", "id")
    )
    columns = ("pk", "name", "platform", "version", "confirmed_at", "facts__ai")
    return [
        ExportUse(
            pk,
            name,
            platform,
            version,
            at.astimezone(zone).date(),
            tuple((each["provider"], each["model"]) for each in ai),
        )
        for pk, name, platform, version, at, ai in rows.values_list(*columns)
        if ai
    ]


def _overdue(rows: Sequence[Record], today: Any) -> list[str]:
    late = sorted((row.due_on, row.name) for row in rows if row.due_on is not None and row.due_on < today)
    return [posture_section.overdue_words(name, due_on) for due_on, name in late]


def _gaps(
    workflows: Sequence[Workflow],
    integrations: Sequence[Integration],
    credentials: Sequence[Credential],
    companies: Sequence[SubProcessor],
) -> list[str]:
    """Say which entries miss an answer, one sentence a kind of gap."""
    rows = {
        "workflow": workflows,
        "integration": integrations,
        "credential": credentials,
        "company": companies,
    }
    counts = (
        (noun, sum(1 for row in rows[noun] if missing(row)), words) for noun, missing, words in KINDS_OF_GAP
    )
    return [sentence(f"{counted(n, noun, PLURALS.get(noun, ''))} {words}") for noun, n, words in counts if n]


PLURALS = {"company": "companies"}
KINDS_OF_GAP: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("workflow", lambda row: row.owner_id is None, "without an owner"),
    (
        "workflow",
        lambda row: row.personal_data == UNKNOWN,
        "not known to handle personal data or not",
    ),
    ("workflow", lambda row: row.uses_ai == UNKNOWN, "not known to use AI or not"),
    ("integration", lambda row: row.approved_on is None, "whose scopes nobody approved"),
    ("integration", lambda row: not row.scopes_granted, "without recorded scopes"),
    ("credential", lambda row: row.owner_id is None, "without an owner"),
    ("credential", lambda row: row.storage == UNKNOWN, "whose place is not recorded"),
    (
        "credential",
        lambda row: row.due_on is None and row.renews_itself != YesNoUnknown.YES,
        "without a date of renewal or rotation",
    ),
    ("company", lambda row: row.dpa_signed_on is None, "without a signed agreement on record"),
    ("company", lambda row: not row.location, "whose place of the data is not recorded"),
)
