"""Files: a register as CSV or XLSX, and a table into a register by upload, preview and application."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.registers.actions import note_refused_secrets
from clients.registers.forms.verbs import UploadForm
from clients.registers.models import DraftImport
from clients.registers.register import Register
from clients.registers.transfers.actions import (
    KEPT_FOR,
    Stopped,
    drop_draft,
    import_rows,
    keep_draft,
    plan_of,
)
from clients.registers.transfers.exports import MOST_ROWS, TYPES, export_file, file_name, template_file
from clients.registers.transfers.imports import CHANGED, NEW, SAME, Plan, SecretCell, secrets_in
from clients.registers.transfers.imports import MOST_ROWS as MOST_IMPORTED
from clients.registers.views.lists import filtered
from clients.registers.views.shared import posted, register_of
from portal.audit.actions import record as note
from portal.lib.exports import TextTooLongError
from portal.lib.imports import UnreadableTable, read_table
from portal.lib.secrets import find_secret
from portal.tenancy.decorators import PortalRequest, client_view, practice_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission


@require_safe
@client_view(Permission.EXPORT)
def register_export(request: PortalRequest, client: Client, register: str) -> HttpResponse:
    """Exactly the rows of the list, as a file."""
    return _export(request, register_of(register), client)


@require_safe
@practice_view(Permission.EXPORT, anywhere=True)
def register_export_all(request: PortalRequest, register: str) -> HttpResponse:
    """Exactly the rows of the list over all clients, as a file."""
    return _export(request, register_of(register), None)


@require_safe
@client_view(Permission.IMPORT)
def register_template(request: PortalRequest, client: Client, register: str) -> HttpResponse:
    """The headings alone."""
    kind = register_of(register)
    suffix = _format(request)
    return _file(template_file(kind, suffix), suffix, file_name(kind, client, suffix))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@client_view(Permission.IMPORT)
def register_import(request: PortalRequest, client: Client, register: str) -> HttpResponse:
    """Upload a table. One with a secret in any cell is not kept; its places are named."""
    kind = register_of(register)
    form = UploadForm(posted(request), request.FILES)
    secrets: list[SecretCell] = []
    if request.method == "POST" and form.is_valid():
        table, secrets = _read(request, client, kind, form)
        if table is not None:
            name = table.file_name if not find_secret(table.file_name) else "table"
            draft = keep_draft(
                kind, client, by=request.access.user, file_name=name, header=table.header, lines=table.lines
            )
            return redirect(_draft_url("import_preview", client, register, draft))
    context = {"client": client, "register": kind, "form": form, "secrets": secrets[:50]}
    urls = {"back": kind.url("register_list", client), "template": kind.url("register_template", client)}
    return render(request, "registers/imports/upload.html", {**context, **urls})


@dataclass(frozen=True)
class _Uploaded:
    file_name: str
    header: list[str]
    lines: list[tuple[int, list[str]]]


def _read(
    request: PortalRequest, client: Client, register: Register, form: UploadForm
) -> tuple[_Uploaded | None, list[SecretCell]]:
    """Read the uploaded table; what is wrong with it is put into the form, and nothing is given then."""
    upload = form.cleaned_data["table"]
    try:
        table = read_table(upload.name, upload.read())
    except UnreadableTable as error:
        form.add_error("table", str(error))
        return None, []
    rows = zip(table.line_numbers, table.rows, strict=True)
    lines = [(line, [row[name] for name in table.header]) for line, row in rows]
    secrets = secrets_in(table.header, lines)
    if secrets:
        found = {cell.column: cell.kind for cell in secrets}
        note_refused_secrets(client, register.slug, found, by=request.access.user)
        form.add_error(
            "table", f"{_counted(len(secrets), 'cell')} in it may hold a secret. Nothing was kept."
        )
    elif not lines:
        form.add_error("table", "The table has headings and no rows.")
    elif len(lines) > MOST_IMPORTED:
        form.add_error("table", f"The table has {len(lines):,} rows; at most {MOST_IMPORTED:,} go at a time.")
    else:
        return _Uploaded(upload.name, table.header, lines), []
    return None, secrets


@require_safe
@client_view(Permission.IMPORT)
def import_preview(request: PortalRequest, client: Client, register: str, pk: int) -> HttpResponse:
    """What an uploaded table would change, line by line."""
    kind = register_of(register)
    draft = _draft(request, client, register, pk)
    return _preview(request, client, draft, plan_of(draft, kind, client))


@require_POST
@client_view(Permission.IMPORT)
def import_apply(request: PortalRequest, client: Client, register: str, pk: int) -> HttpResponse:
    """Apply an uploaded table, whole or not at all."""
    kind = register_of(register)
    draft = _draft(request, client, register, pk)
    shown = request.POST.get("seen", "").split("-")
    seen = (
        (int(shown[0]), int(shown[1]))
        if len(shown) == 2 and all(part.isdigit() for part in shown)
        else (-1, -1)
    )
    try:
        plan = import_rows(draft, kind, client, by=request.access.user, seen=seen)
    except Stopped as stopped:
        messages.error(request, str(stopped))
        return _preview(request, client, draft, stopped.plan, status=409)
    messages.success(request, f"Import done: {plan.count(NEW)} added, {plan.count(CHANGED)} changed.")
    return redirect(kind.url("register_list", client))


@require_POST
@client_view(Permission.IMPORT)
def import_drop(request: PortalRequest, client: Client, register: str, pk: int) -> HttpResponse:
    """Throw an uploaded table away."""
    drop_draft(_draft(request, client, register, pk), by=request.access.user)
    messages.success(request, "The uploaded table was dropped. Nothing has been changed.")
    return redirect(register_of(register).url("register_import", client))


def _preview(
    request: PortalRequest, client: Client, draft: DraftImport, plan: Plan, *, status: int = 200
) -> HttpResponse:
    kind = register_of(draft.register)
    context = {
        "client": client,
        "register": kind,
        "draft": draft,
        "plan": plan,
        "new": plan.count(NEW),
        "changed": plan.count(CHANGED),
        "same": plan.count(SAME),
        "apply_url": _draft_url("import_apply", client, kind.slug, draft),
        "drop_url": _draft_url("import_drop", client, kind.slug, draft),
        "upload_url": kind.url("register_import", client),
    }
    return render(request, "registers/imports/preview.html", context, status=status)


def _draft(request: PortalRequest, client: Client, register: str, pk: int) -> DraftImport:
    """The person's own upload, not a day old; anything else does not exist."""
    mine = DraftImport.objects.for_client(client).filter(
        pk=pk, register=register, made_by=request.access.user
    )
    found: DraftImport | None = mine.filter(created_at__gte=timezone.now() - KEPT_FOR).first()
    if found is None:
        raise Http404
    return found


def _draft_url(name: str, client: Client, register: str, draft: DraftImport) -> str:
    return reverse(name, kwargs={"client_slug": client.slug, "register": register, "pk": draft.pk})


def _export(request: PortalRequest, register: Register, client: Client | None) -> HttpResponse:
    filters, rows, today = filtered(request, register, client)
    suffix = _format(request)
    found = list(rows[: MOST_ROWS + 1])
    back = register.url("register_list" if client else "register_all", client)
    if len(found) > MOST_ROWS:
        messages.error(
            request, f"That is more than {MOST_ROWS:,} rows. Filter the list and export the parts."
        )
        return redirect(back)
    try:
        data = export_file(
            register, found, suffix, for_staff=request.access.is_of_practice, all_clients=client is None
        )
    except TextTooLongError as error:
        messages.error(request, str(error))
        return redirect(back)
    used = sorted(name for name, value in filters.cleaned_data.items() if value)
    details = {"register": register.slug, "rows": len(found), "format": suffix, "filters": used}
    note("register.export", client=client, object=register.slug, details=details, by=request.access.user)
    return _file(data, suffix, file_name(register, client, suffix, day=today.isoformat()))


def _format(request: PortalRequest) -> str:
    return "xlsx" if request.GET.get("format") == "xlsx" else "csv"


def _file(data: bytes, suffix: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=TYPES[suffix])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
