"""Writing a post-mortem and having it reviewed. Sharing it with the client: sharing.py."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from incidents.response.changing import changing, locked, write_entry
from incidents.response.models import Incident, PostMortem, PostMortemSection
from incidents.response.post_mortems.reading import data_involved, short_form_of, written_of
from incidents.response.rules.post_mortem import missing, sections
from portal.audit.actions import action
from portal.lib.refused import Refused
from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.permissions import Role

if TYPE_CHECKING:
    from portal.accounts.models import User

S = PostMortem.State
LONGEST = 20_000
FROZEN = "The post-mortem was shared on {day}. What the client has is not rewritten: add an addendum instead."


class SectionChanged(Refused):
    """Somebody else saved the section meanwhile. Neither text is lost: `current` is theirs, `yours` what was sent."""

    def __init__(self, current: PostMortemSection, yours: str) -> None:
        super().__init__(
            "Somebody else saved this section while you were writing. Your text has not been saved: "
            "bring both together, then save."
        )
        self.current = current
        self.yours = yours


def write_section(
    incident: Incident, key: str, text: str, *, version: int, by: User, now: datetime
) -> PostMortemSection:
    """Save the text of a section; the first one starts the post-mortem, and whoever writes it is its author.

    version: the one that the person saw, 0 for a section that was not there. Raises SectionChanged when there is a
    later one with another text, Refused once it is shared. What was reviewed is a draft again.
    """
    text = _plain(text)
    with action("post_mortem.write", by=by, client=incident.client):
        post_mortem = _under_way(locked(incident), by)
        if key not in {section.key for section in sections(short=False)}:
            raise Refused("A post-mortem has no such section.")
        rows = PostMortemSection.objects.filter(post_mortem=post_mortem).select_for_update()
        section: PostMortemSection | None = rows.filter(key=key).first()
        if section is not None and section.text == text:
            return section
        if (section.version if section else 0) != version and section is not None:
            raise SectionChanged(section, text)
        if section is None:
            section = PostMortemSection(
                practice_id=post_mortem.practice_id,
                client=incident.client,
                post_mortem=post_mortem,
                key=key,
                version=0,
                internal=True,
            )
        section.text, section.updated_at, section.updated_by = text, now, by
        section.version += 1
        section.save()
        if post_mortem.state == S.REVIEWED:
            _back_to_draft(post_mortem)
    return section


def ask_review(incident: Incident, *, by: User, now: datetime) -> PostMortem:
    """Hand it to somebody else to read. Raises Refused with all that is missing."""
    with changing(incident, "post_mortem.ask_review", by=by, now=now) as row:
        post_mortem = _existing(row)
        _refuse_shared(post_mortem)
        _refuse_gaps(row, post_mortem)
        if post_mortem.state != S.DRAFT:
            raise Refused("The review was asked for already.")
        post_mortem.state, post_mortem.review_asked_at = S.IN_REVIEW, now
        post_mortem.short_form = short_form_of(row)
        post_mortem.save()
        if row.status == Incident.Status.RESOLVED:
            row.status = Incident.Status.REVIEW
        text = "The post-mortem is written and waits for its review."
        write_entry(row, "Post-mortem written.", text, at=now, by=by, internal=True)
    return post_mortem


def give_review(incident: Incident, *, approved: bool, note: str = "", by: User, now: datetime) -> PostMortem:
    """Record the review of somebody other than the author: it may be shared, or goes back with a note."""
    with changing(incident, "post_mortem.review", by=by, now=now, why=note, inside=True) as row:
        post_mortem = _existing(row)
        if post_mortem.state != S.IN_REVIEW:
            raise Refused("No review has been asked for.")
        if post_mortem.author_id == by.pk:
            raise Refused("You began this post-mortem. Somebody else reviews it.")
        post_mortem.review_note = note.strip()
        if approved:
            _refuse_gaps(row, post_mortem)
            post_mortem.state, post_mortem.reviewed_at, post_mortem.reviewed_by = S.REVIEWED, now, by
            write_entry(row, "Post-mortem reviewed.", f"Reviewed by {by.name}.", at=now, by=by, internal=True)
        else:
            if not note.strip():
                raise Refused("Say what is to be changed.")
            post_mortem.state = S.DRAFT
            text = f"Back to the author. {note.strip()}"
            write_entry(row, "Post-mortem not ready.", text, at=now, by=by, internal=True)
        post_mortem.save()
    return post_mortem


def other_reviewers(client: Client, author: User | None, now: datetime) -> QuerySet[User]:
    """List who else could review: consultants and leads of the client, owners of the practice, less the author."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - models are not ready when this is read

    working = Assignment.objects.filter(client=client, role__in=[Role.LEAD.value, Role.CONSULTANT.value])
    owning = Member.objects.filter(role=Role.OWNER.value)
    users = get_user_model()._default_manager
    found = users.filter(pk__in=working.active(now).values("user_id")) | users.filter(
        pk__in=owning.active(now).values("user_id")
    )
    return found.exclude(pk=author.pk) if author else found


def _under_way(row: Incident, by: User) -> PostMortem:
    if row.closed_at:
        raise Refused(f"{row.reference} is closed. Reopen it before you change it.")
    post_mortem: PostMortem
    post_mortem, _ = PostMortem.objects.get_or_create(
        practice_id=row.practice_id,
        client=row.client,
        incident=row,
        defaults={"author": by, "internal": True, "short_form": short_form_of(row)},
    )
    _refuse_shared(post_mortem)
    return post_mortem


def _existing(row: Incident) -> PostMortem:
    found: PostMortem | None = PostMortem.objects.filter(incident=row).first()
    if found is None:
        raise Refused("Nothing of the post-mortem has been written yet.")
    return found


def _refuse_shared(post_mortem: PostMortem) -> None:
    if post_mortem.shared_at:
        raise Refused(FROZEN.format(day=f"{post_mortem.shared_at:%-d %B %Y}"))


def _refuse_gaps(row: Incident, post_mortem: PostMortem) -> None:
    gaps = missing(written_of(row, post_mortem), short=short_form_of(row), data_involved=data_involved(row))
    if gaps:
        raise Refused("Before it can be reviewed: " + " ".join(gaps))


def _back_to_draft(post_mortem: PostMortem) -> None:
    post_mortem.state, post_mortem.reviewed_at, post_mortem.reviewed_by = S.DRAFT, None, None
    post_mortem.save(update_fields=["state", "reviewed_at", "reviewed_by"])


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > LONGEST:
        raise Refused(f"A section has at most {LONGEST:,} characters; this one has {len(text):,}.")
    return text
