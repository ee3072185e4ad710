"""Sharing a post-mortem: the client reads it from this instant on, which meets the 48 hours. Later: an addendum."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse

from incidents.response.changing import changing, write_entry
from incidents.response.models import Incident, Measure, PostMortem, PostMortemSection, TimelineEntry
from incidents.response.obligations import reopened_since
from incidents.response.post_mortems.actions import LONGEST, other_reviewers
from incidents.response.post_mortems.reading import data_involved, short_form_of, written_of
from incidents.response.rules.post_mortem import TITLES, missing
from portal.documents import tasks
from portal.documents.actions import ask_for
from portal.documents.models import Document
from portal.lib.refused import Refused
from portal.outbox.actions import channels_of, post
from portal.outbox.letters import Letter
from portal.tenancy.people import client_people_of

if TYPE_CHECKING:
    from portal.accounts.models import User

SHARED = "incident.post_mortem_shared"
DOCUMENT = "post_mortem"
MESSAGE = "client_message"
#: What the client reads where the whole text is not for it: the message, and the summary.
FOR_THE_CLIENT = ("summary", MESSAGE)
S = PostMortem.State


def share(incident: Incident, *, by: User, now: datetime, whole: bool = True, why: str = "") -> PostMortem:
    """Share it with the client: page, letters, PDF. The clock of 48 hours ends now; late stays late for ever.

    whole: every section; else summary and message alone, with timeline and measures from the record.
    why: owed where it was not reviewed, which is possible only where nobody else is there to review it.
    """
    with changing(incident, "post_mortem.share", by=by, now=now, why=why) as row:
        post_mortem: PostMortem | None = PostMortem.objects.filter(incident=row).first()
        if post_mortem is None:
            raise Refused("Nothing of the post-mortem has been written yet.")
        _refuse_unready(row, post_mortem, why, now)
        drill = row.drill
        post_mortem.state, post_mortem.shared_at, post_mortem.shared_by = S.SHARED, now, by
        post_mortem.short_form, post_mortem.internal = short_form_of(row), False
        if post_mortem.reviewed_by_id is None:
            post_mortem.review_note = f"Not reviewed by somebody else: {why.strip()}"[:2000]
        sections = PostMortemSection.objects.filter(post_mortem=post_mortem)
        if not drill:
            (sections if whole else sections.filter(key__in=FOR_THE_CLIENT)).update(internal=False)
            Measure.objects.filter(incident=row, dropped_at__isnull=True).update(internal=False)
            post_mortem.document = _ask_for_document(row, by, now)
        post_mortem.save()
        row.lessons_shared_at = row.lessons_shared_at or now
        text = "The post-mortem was shared with the client." if not drill else "The exercise was written up."
        write_entry(row, "Post-mortem shared.", text, at=now, by=by)
        if not drill:
            post(_letters(row, now), now=now, practice_id=row.practice_id)
        row.post_mortem = post_mortem
    if post_mortem.document_id:
        transaction.on_commit(partial(tasks.send, post_mortem.document_id))
    return post_mortem


def add_addendum(incident: Incident, key: str, text: str, *, by: User, now: datetime) -> PostMortemSection:
    """Add to a section that was shared, dated and signed; what the client has read stays as it is.

    After an incident that was reopened and resolved again, the addendum is what the second clock of 48 hours asks for.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Refused("Write what is to be added.")
    with changing(incident, "post_mortem.add", by=by, now=now, closed=True) as row:
        post_mortem: PostMortem | None = PostMortem.objects.filter(incident=row).first()
        if post_mortem is None or not post_mortem.shared_at:
            raise Refused("It has not been shared: change the section itself.")
        section: PostMortemSection | None = (
            PostMortemSection.objects.filter(post_mortem=post_mortem, key=key).select_for_update().first()
        )
        if section is None:
            raise Refused("This section was left empty. Add to one that was written.")
        added = f"{section.text}\n\n**Added {now.astimezone(UTC):%-d %B %Y, %H:%M} UTC, {by.name}.** {text}"
        if len(added) > LONGEST:
            raise Refused(f"A section has at most {LONGEST:,} characters.")
        section.text, section.updated_at, section.updated_by = added, now, by
        section.version += 1
        section.save()
        if row.resolved_at and reopened_since(row, post_mortem.shared_at):
            post_mortem.shared_at, post_mortem.shared_by = now, by
            post_mortem.save(update_fields=["shared_at", "shared_by"])
            row.post_mortem = post_mortem
        write_entry(
            row,
            "Post-mortem added to.",
            f"An addendum stands under “{TITLES[key]}”.",
            at=now,
            by=by,
            kind=TimelineEntry.Kind.NOTE,
            internal=section.internal,
        )
    return section


def make_document(incident: Incident, *, by: User, now: datetime) -> Document:
    """Print what was shared, again: after an addendum, or where it could not be printed then."""
    with changing(incident, "post_mortem.print", by=by, now=now, closed=True) as row:
        post_mortem: PostMortem | None = PostMortem.objects.filter(incident=row).first()
        if post_mortem is None or not post_mortem.shared_at or row.drill:
            raise Refused("It is printed once it is shared with the client.")
        document = ask_for(
            DOCUMENT, row.client, by=by, at=now, about={"number": row.number},
            title=f"Post-mortem of {row.reference}",
        )  # fmt: skip
        post_mortem.document = document
        post_mortem.save(update_fields=["document"])
    transaction.on_commit(partial(tasks.send, document.pk))
    return document


def may_go_unreviewed(incident: Incident, post_mortem: PostMortem, now: datetime) -> bool:
    """Whether nobody but the author works for the client, so that there is nobody to review it."""
    return not other_reviewers(incident.client, post_mortem.author, now).exists()


def _refuse_unready(row: Incident, post_mortem: PostMortem, why: str, now: datetime) -> None:
    if post_mortem.shared_at:
        raise Refused("It was shared already.")
    if row.resolved_at is None:
        raise Refused("Record when the incident was resolved before you share its post-mortem.")
    gaps = missing(written_of(row, post_mortem), short=short_form_of(row), data_involved=data_involved(row))
    if gaps:
        raise Refused("Before it can be shared: " + " ".join(gaps))
    if post_mortem.state == S.REVIEWED:
        return
    if not may_go_unreviewed(row, post_mortem, now):
        raise Refused("Somebody other than the author reviews it before it is shared.")
    if not why.strip():
        raise Refused(
            "Nobody else is there to review it. Enter why it is shared without. The reason is kept."
        )


def _ask_for_document(row: Incident, by: User, now: datetime) -> Document | None:
    """Ask for the PDF. Too many under way must not hold up the sharing: it can be asked for later."""
    try:
        return ask_for(
            DOCUMENT, row.client, by=by, at=now, about={"number": row.number},
            title=f"Post-mortem of {row.reference}",
        )  # fmt: skip
    except Refused:
        return None


def _letters(row: Incident, now: datetime) -> list[Letter]:
    key = f"post-mortem:{row.pk}:shared"
    common: dict[str, Any] = {
        "kind": SHARED,
        "subject": f"Post-mortem of {row.reference}: {row.title}"[:240],
        "lines": (f"{row.client.name}, {row.get_severity_display()}", "The post-mortem is ready to read."),
        "url": reverse("post_mortem_show", kwargs={"client_slug": row.client.slug, "number": row.number}),
        "client": row.client,
        "internal": False,
        "may_opt_out": False,
        "action_label": "Read the post-mortem",
    }
    people = [each.user for each in client_people_of(row.client, now)]
    channels = [each for each in channels_of(row.client) if each.client_id and not each.internal]
    to_people = [Letter(key=f"{key}:person:{each.pk}", person=each, **common) for each in people]
    return [
        *to_people,
        *(Letter(key=f"{key}:channel:{each.pk}", channel=each, **common) for each in channels),
    ]
