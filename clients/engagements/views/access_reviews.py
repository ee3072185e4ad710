"""Access reviews: the list, working one through, finishing it, carrying out what was decided, downloads."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.engagements import exports
from clients.engagements.actions import access_reviews as actions
from clients.engagements.forms import DecisionsForm
from clients.engagements.models import AccessReview, AccessReviewItem
from clients.engagements.pages import due_of, review_table, roles_may_end, summary_of
from clients.engagements.queries import (
    MOST_REVIEWS,
    finished_reviews,
    items_of,
    open_review,
    review_due_on,
    today_of,
)
from clients.engagements.views.shared import page, posted, show_refusal
from portal.accounts.step_up import step_up
from portal.audit.actions import record
from portal.documents.evidence.tables import panel_of
from portal.lib.dates import format_long
from portal.lib.exports import write_csv
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission


@client_view(Permission.VIEW_CLIENT)
@require_safe
def access_review_list(request: PortalRequest, client: Client) -> HttpResponse:
    """List the finished reviews, say when the next is due, and lead to the one under way."""
    rows = finished_reviews(client)[:MOST_REVIEWS]
    today = today_of(client, timezone.now())
    context = page(
        request,
        client,
        "access_review_list",
        table=review_table(client, rows),
        due=due_of(review_due_on(client), today) if client.status == Client.Status.ACTIVE else None,
        under_way=open_review(client),
        may_export=request.access.may(Permission.EXPORT, client),
    )
    with timezone.override(ZoneInfo(client.time_zone)):
        return render(request, "engagements/reviews/list.html", context)


@client_view(Permission.EDIT_REGISTERS)
@require_POST
def access_review_start(request: PortalRequest, client: Client) -> HttpResponse:
    """Begin a review with everybody who has access now, or go on with the one under way."""
    try:
        review = actions.start_review(client, by=request.access.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("access_review_list", client_slug=client.slug)
    return redirect("access_review_show", client_slug=client.slug, pk=review.pk)


@client_view(Permission.VIEW_CLIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def access_review_show(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Show a finished review; work one through that is under way."""
    review = _review_or_404(client, pk)
    inside = request.access.may(Permission.VIEW_INTERNAL, client)
    items = items_of(review) if inside else []
    if review.is_open and request.access.may(Permission.EDIT_REGISTERS, client):
        return _work_through(request, client, review, items)
    context = page(request, client, "access_review_list", review=review, items=items, inside=inside)
    context |= {"summary": summary_of(review), "may_export": request.access.may(Permission.EXPORT, client)}
    context["panel"] = panel_of(request.access, client, review._meta.label_lower, review.pk)
    with timezone.override(ZoneInfo(client.time_zone)):
        return render(request, "engagements/reviews/show.html", context)


def _work_through(
    request: PortalRequest, client: Client, review: AccessReview, items: list[AccessReviewItem]
) -> HttpResponse:
    now = timezone.now()
    form = DecisionsForm(posted(request), items=items)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide(review, form.decisions(), by=request.access.user, now=now)
            added = actions.take_stock(review, by=request.access.user, now=now)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            if added:
                messages.warning(request, f"{added} got access since the list was made and stand on it now.")
            elif "finish" in request.POST:
                return redirect("access_review_finish", client_slug=client.slug, pk=review.pk)
            else:
                messages.success(request, "The decisions are saved. You can go on later.")
            return redirect("access_review_show", client_slug=client.slug, pk=review.pk)
    left = sum(not item.decision for item in items)
    context = page(
        request, client, "access_review_list", review=review, form=form, left=left, total=len(items)
    )
    with timezone.override(ZoneInfo(client.time_zone)):
        return render(request, "engagements/reviews/work.html", context)


@client_view(Permission.EDIT_REGISTERS)
@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def access_review_finish(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Say what finishing does, and finish. It may end people's access, so it asks for a second factor again."""
    review = _review_or_404(client, pk)
    if not review.is_open:
        return redirect("access_review_show", client_slug=client.slug, pk=review.pk)
    may_end = roles_may_end(request.access, client)
    faults: list[str] = []
    if request.method == "POST":
        try:
            done = actions.finish_review(review, by=request.access.user, now=timezone.now(), may_end=may_end)
        except Refused as refused:
            faults = [str(refused)]
        else:
            due = format_long(review_due_on(client))
            messages.success(request, f"The review is finished. The next is due {due}.")
            return redirect("access_review_show", client_slug=client.slug, pk=done.pk)
    items = items_of(review)
    context = page(request, client, "access_review_list", review=review, items=items, faults=faults)
    context |= {"summary": summary_of(review, items)}
    return render(request, "engagements/reviews/finish.html", context)


@client_view(Permission.EDIT_REGISTERS)
@require_POST
def access_review_carry_out(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Record that a decision was carried out."""
    rows = AccessReviewItem.objects.for_client(client).select_related("user", "credential")
    item = get_object_or_404(rows, pk=pk)
    item.client = client
    try:
        actions.carry_out(item, by=request.access.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Carried out: {item}.")
    return redirect("access_review_show", client_slug=client.slug, pk=item.review_id)


@client_view(Permission.EXPORT)
@require_safe
def access_review_export(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Give one finished review as CSV: with its entries to people of the practice, its counts to the client's."""
    review = _review_or_404(client, pk)
    if review.is_open:
        raise Http404
    zone = ZoneInfo(client.time_zone)
    if request.access.may(Permission.VIEW_INTERNAL, client):
        header, rows = exports.of_items(items_of(review), zone)
    else:
        header, rows = exports.of_reviews([review], zone)
    record(
        "access_review.export",
        client=client,
        object="access_review",
        object_id=str(review.pk),
        details={"rows": len(rows)},
    )
    response = HttpResponse(write_csv(rows, header), content_type="text/csv; charset=utf-8")
    day = review.finished_at.astimezone(zone) if review.finished_at else timezone.now()
    name = f"{client.slug}-access-review-{day:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _review_or_404(client: Client, pk: int) -> AccessReview:
    rows = AccessReview.objects.for_client(client).select_related("started_by", "finished_by")
    review: AccessReview = get_object_or_404(rows, pk=pk)
    review.client = client
    return review
