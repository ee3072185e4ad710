"""The drop zone's other end: files in, one answer a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clients.workflows import actions
from clients.workflows.presenting import outcome_url, outcome_words
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

MOST_FILES = 20
NO_FILE = "Choose the files of one or more workflow exports first."
TOO_MANY = f"At most {MOST_FILES} files are read at once. Send the rest after these."


@require_http_methods(["GET", "POST"])
@client_view(Permission.IMPORT)
@sensitive_post_parameters()
def export_upload(request: PortalRequest, client: Client) -> HttpResponse:
    """Take the posted files in: with the script one by one, answered in JSON; without it all at once, with a page."""
    if request.method == "GET":  # somebody reloads the page of the answers
        return redirect("export_list", client_slug=client.slug)
    files = request.FILES.getlist("files")
    scripted = request.headers.get("X-Upload") == "one" or "application/json" in request.headers.get(
        "Accept", ""
    )
    refusal = NO_FILE if not files else TOO_MANY if len(files) > MOST_FILES else ""
    if refusal:
        if scripted:
            return JsonResponse({"ok": False, "words": refusal}, status=400)
        messages.error(request, refusal)
        return redirect("export_list", client_slug=client.slug)
    outcomes = actions.take_in(client, files, by=request.access.user)
    answers = [
        {"ok": each.ok, "file": each.file, "words": outcome_words(each), "url": outcome_url(client, each)}
        for each in outcomes
    ]
    if scripted:
        one = answers[0] if len(answers) == 1 else {"ok": all(a["ok"] for a in answers), "files": answers}
        return JsonResponse(one, status=200 if one["ok"] else 422)
    read = sum(1 for outcome in outcomes if outcome.ok)
    context = {"client": client, "answers": answers, "read": read, "may_import": True}
    return render(request, "workflows/exports/uploaded.html", context)
