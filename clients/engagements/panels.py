"""What the room puts on pages of other rooms: a client's tab, search, and the words of the trail."""

from __future__ import annotations

from typing import Any

from django.db.models import Field, Q
from django.urls import reverse

from clients.engagements.models import AccessReview, AccessReviewItem, Contact, SupportScope
from clients.engagements.rules.targets import target_words
from clients.registers.models import Credential
from portal.audit import presenters
from portal.documents.evidence import subjects
from portal.lib.dates import format_table
from portal.lib.holiday_calendars import calendar_name
from portal.shell import navigation, search
from portal.shell.search import Hit
from portal.tenancy.permissions import Access, Permission

SAYS_NOTHING = frozenset(
    {"id", "practice", "client", "internal", "version", "created_at", "updated_at", "details_on"}
    | {"retired_at", "retired_by", "retired_reason", "review"}
)


def register_all() -> None:
    """Put the room everywhere it belongs. Called once, when the apps are ready."""
    navigation.register_client_view(
        "Agreement",
        "support_show",
        permission=Permission.VIEW_CLIENT,
        order=65,
        within=("contact_list", "access_review_list"),
    )
    search.register("Contacts", find_contacts, order=60)
    for model, noun in (
        (SupportScope, "support scope"),
        (Contact, "contact"),
        (AccessReview, "access review"),
        (AccessReviewItem, "entry of the access review"),
    ):
        columns = {str(field.column): _column_words(field) for field in model._meta.concrete_fields}
        presenters.register(table=model._meta.db_table, noun=noun, columns=columns)
    subjects.register(
        AccessReview._meta.label_lower,
        noun="access review",
        find=subjects.rows_of(AccessReview, _about_review),
    )
    presenters.register(table="access_review", noun="access review")
    presenters.register_action("access_review.decide", "decided on")
    presenters.register_action("access_review.carry_out", "carried out")
    presenters.register_action("access_review.export", "exported the {noun}")
    presenters.register_action("contact.retire", "retired")


def _about_review(review: AccessReview) -> subjects.About:
    kwargs = {"client_slug": review.client.slug, "pk": review.pk}
    words = f"Access review due {format_table(review.due_on)}"
    return subjects.About(words, reverse("access_review_show", kwargs=kwargs), review.internal)


def _column_words(field: Field[Any, Any]) -> presenters.Column:
    """How the history names a column and shows its values; None for those that say nothing to a reader."""
    if field.name in SAYS_NOTHING:
        return None
    words = str(field.verbose_name)
    if field.choices:
        titles = {key: str(title) for key, title in field.choices}
        return words, lambda value: titles.get(value, str(value))
    if field.name == "credential":
        return words, presenters.Named(presenters.names_in(Credential))
    if field.name.endswith("_target"):
        return words, lambda value: target_words(value, "clock")
    if field.name == "holiday_calendar":
        return words, calendar_name
    return words


def find_contacts(access: Access, text: str) -> list[Hit]:
    """Find contacts by name, role or address, for people of the practice, in their reach. Two queries."""
    if not access.is_of_practice:
        return []
    rows = Contact.objects.live().filter(
        Q(name__icontains=text) | Q(role__icontains=text) | Q(email__icontains=text)
    )
    if access.client_ids is not None:
        rows = rows.filter(client_id__in=access.client_ids)
    found = rows.prefetch_related("client").order_by("name", "id")[: search.MOST_A_KIND]
    return [
        Hit(
            contact.name,
            f"{reverse('contact_list', kwargs={'client_slug': contact.client.slug})}#contact-{contact.pk}",
            f"{contact.client.name} · {contact.role}, {contact.position_words.lower()}",
        )
        for contact in found
    ]
