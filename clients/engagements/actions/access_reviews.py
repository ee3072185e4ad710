"""Access reviews: start one, decide line by line, finish it, and carry out what was decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from clients.engagements.models import AccessReview, AccessReviewItem
from clients.engagements.obligations import REVIEW, keep_review
from clients.engagements.queries import (
    Access,
    access_to,
    credential_words,
    has_access,
    open_review,
    personal_credentials,
    review_due_on,
)
from clients.engagements.rules import reviewing
from clients.engagements.rules.reviewing import CHANGE, CREDENTIAL, KEEP, PERSON, REMOVE
from portal.accounts.people_actions import end_access
from portal.audit.actions import action
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.permissions import Role

if TYPE_CHECKING:
    from portal.accounts.models import User

ENDED_MEANWHILE = "Their access ended while the review was under way."


def start_review(client: Client, *, by: User, now: datetime) -> AccessReview:
    """Begin a review with everybody who has access now. Raises Refused while another one is under way."""
    with action("access_review.start", by=by, client=client):
        Client.objects.select_for_update(no_key=True).get(pk=client.pk)
        if open_review(client) is not None:
            raise Refused("A review is under way already. Work through that one.")
        review: AccessReview = AccessReview.objects.create(
            practice_id=client.practice_id,
            client=client,
            internal=True,
            started_at=now,
            started_by=by,
            due_on=review_due_on(client),
        )
        _list_anew(review, client, now)
    return review


def take_stock(review: AccessReview, *, by: User, now: datetime) -> int:
    """Add who and what came since the review was started, and put aside who has gone; give how many were added."""
    with action("access_review.take_stock", by=by, client=review.client):
        return _list_anew(_locked(review), review.client, now)


def decide(review: AccessReview, decisions: Mapping[int, tuple[str, str]], *, by: User, now: datetime) -> int:
    """Write decisions down: for items by id the decision ("" for none yet) and the note. Give how many changed.

    Raises Refused for a change or a removal without a note: whoever carries it out must know what is meant.
    """
    with action("access_review.decide", by=by, client=review.client):
        items = {item.pk: item for item in _locked(review).items.select_related("user", "credential")}
        changed = 0
        for pk, (decision, note) in decisions.items():
            item = items.get(pk)
            if item is None or (item.decision, item.note) == (decision, note):
                continue
            if decision in (CHANGE, REMOVE) and not note.strip():
                raise Refused(f"Write what is to be changed or why it is removed: {item}.")
            _decide(item, decision, note.strip(), by, now)
            changed += 1
    return changed


def _decide(item: AccessReviewItem, decision: str, note: str, by: User, now: datetime) -> None:
    item.decision, item.note = decision, note
    item.decided_at, item.decided_by = (now, by) if decision else (None, None)
    # What is kept needs no hand; the rest waits until somebody says that it was done.
    item.carried_out_at, item.carried_out_by = (now, by) if decision == KEEP else (None, None)
    item.save(
        update_fields=["decision", "note", "decided_at", "decided_by", "carried_out_at", "carried_out_by"]
    )


def finish_review(
    review: AccessReview, *, by: User, now: datetime, may_end: Collection[Role] = ()
) -> AccessReview:
    """Finish a review: ends the access of those to be removed, meets its deadline and opens the next.

    may_end: the roles whose assignments this person may end; what is beyond them is left to be carried out.
    Raises Refused while a decision is missing, when somebody got access since the list was made, and for a reviewer
    who is the only person reviewed.
    """
    client = review.client
    with action("access_review.finish", by=by, client=client):
        row = _locked(review)
        if _missing(row, client, now):
            raise Refused(
                "Somebody got access since the list was made. Open the review again: they are on it."
            )
        items = list(row.items.select_related("user"))
        lines = [reviewing.Item(item.kind, item.decision, item.user_id) for item in items]
        if faults := reviewing.faults(lines, by.pk):
            raise Refused(" ".join(faults))
        _end_what_is_removed(items, client, by, now, may_end)
        row.finished_at, row.finished_by, row.internal = now, by, False
        row.people = sum(line.kind == PERSON for line in lines)
        row.credentials = sum(line.kind == CREDENTIAL for line in lines)
        row.kept, row.changed, row.removed = (
            reviewing.decided(lines, each) for each in (KEEP, CHANGE, REMOVE)
        )
        row.owed = sum(item.is_owed for item in items)
        row.save()
        words = f"Reviewed: {row.kept} kept, {row.changed} to change, {row.removed} to remove"
        keep_review(client, by=by, now=now, met={REVIEW: words})
    return row


def carry_out(item: AccessReviewItem, *, by: User, now: datetime) -> AccessReviewItem:
    """Record that a decision was carried out. Raises Refused while the records show the contrary."""
    with action("access_review.carry_out", by=by, client=item.client):
        row: AccessReviewItem = AccessReviewItem.objects.select_for_update().get(pk=item.pk)
        if not row.is_owed:
            raise Refused("There is nothing left to carry out here.")
        if row.decision == REMOVE:
            _refuse_while_it_stands(row, now)
        row.carried_out_at, row.carried_out_by = now, by
        row.save(update_fields=["carried_out_at", "carried_out_by"])
        _count_owed(row.review_id)
    return row


def _count_owed(review_id: int) -> None:
    """Say on the review, which the client's people see, how much of it is left to be carried out."""
    review = AccessReview.objects.select_for_update().get(pk=review_id)
    if not review.is_open:
        review.owed = sum(each.is_owed for each in review.items.all())
        review.save(update_fields=["owed"])


def _refuse_while_it_stands(row: AccessReviewItem, now: datetime) -> None:
    if row.user is not None and has_access(row.user, row.client, now):
        raise Refused(f"{row.user} still has access. End it on the page of people first.")
    if row.credential is not None and row.credential.is_live:
        raise Refused(f"{row.credential.name} is still in use. Revoke or retire it first.")


def _locked(review: AccessReview) -> AccessReview:
    row: AccessReview = AccessReview.objects.select_for_update().get(pk=review.pk)
    if not row.is_open:
        raise Refused("This review is finished.")
    row.client = review.client
    return row


def _missing(review: AccessReview, client: Client, now: datetime) -> list[AccessReviewItem]:
    """Make, without saving, the items for whom and what the list does not name yet."""
    listed = list(review.items.values_list("user_id", "credential_id"))
    people = {user for user, _ in listed}
    keys = {credential for _, credential in listed}
    own = {
        "practice_id": client.practice_id,
        "client": client,
        "review": review,
        "internal": True,
    }
    found = [
        AccessReviewItem(**own, kind=PERSON, user=each.user, access=each.words[:300])
        for each in access_to(client, now)
        if each.user.pk not in people
    ]
    found += [
        AccessReviewItem(**own, kind=CREDENTIAL, credential=each, access=credential_words(each)[:300])
        for each in personal_credentials(client)
        if each.pk not in keys
    ]
    return found


def _list_anew(review: AccessReview, client: Client, now: datetime) -> int:
    added = AccessReviewItem.objects.bulk_create(_missing(review, client, now))
    present = {each.user.pk for each in access_to(client, now)}
    undecided = review.items.filter(kind=PERSON, decision="").exclude(user__in=present)
    for item in undecided:
        item.decision, item.note = REMOVE, ENDED_MEANWHILE
        item.decided_at = item.carried_out_at = now
        item.save(update_fields=["decision", "note", "decided_at", "carried_out_at"])
    return len(added)


def _end_what_is_removed(
    items: Collection[AccessReviewItem], client: Client, by: User, now: datetime, may_end: Collection[Role]
) -> None:
    """End the assignments of the people to be removed, as far as the reviewer may; whoever is gone is carried out."""
    access: dict[object, Access] = {each.user.pk: each for each in access_to(client, now)}
    for item in items:
        if item.decision != REMOVE or not item.is_person or not item.is_owed:
            continue
        held = access.get(item.user_id)
        if held is not None and held.assignment is not None and Role(held.assignment.role) in may_end:
            end_access(by=by, term=held.assignment, why=item.note)
            held = None if held.member is None else held
        if held is None:
            item.carried_out_at, item.carried_out_by = now, by
            item.save(update_fields=["carried_out_at", "carried_out_by"])
