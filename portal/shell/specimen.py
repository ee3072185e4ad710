"""What the specimen sheet shows: every part in every state, with invented names and figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest

from portal.shell.charts import Pin
from portal.shell.filters import Chip
from portal.shell.ledger import Entry
from portal.shell.tables import Cell, Column, Empty, Link, Row, Table, headings
from portal.shell.widgets import DayField

DAY = date(2026, 11, 19)
COLOURS = (
    "ink",
    "ink-2",
    "ink-3",
    "accent",
    "focus",
    "control",
    "late",
    "soon",
    "ok",
    "wait",
    "idle",
    "paper",
)
COLUMNS = (
    Column("name", "Credential", sort=True, narrow="lead"),
    Column("client", "Client", sort=True),
    Column("owner", "Owner"),
    Column("scopes", "Scopes", narrow="hide"),
    Column("renews", "Renews", sort=True, narrow="side"),
    Column("rotated", "Last rotated", kind="date", narrow="hide"),
    Column("actions", "Actions", kind="actions"),
)


class Sample(forms.Form):
    """One field of each sort."""

    name = forms.CharField(label="Name", help_text="After its purpose, never after a person.")
    owner = forms.ChoiceField(
        label="Owner",
        choices=[("", "Choose a person"), ("pn", "Priya Nair")],
        error_messages={"required": "Choose who owns this credential"},
    )
    renewal_on = DayField(label="Renewal date")
    place = forms.ChoiceField(
        label="Where is the secret kept?",
        choices=[("1p", "1Password"), ("aws", "AWS Secrets Manager"), ("else", "Somewhere else")],
        widget=forms.RadioSelect,
    )
    shared = forms.BooleanField(label="Several people use it", required=False)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class SampleFilters(forms.Form):
    """Filters of a register."""

    q = forms.CharField(label="Name, system or scope", required=False)
    whose = forms.ChoiceField(label="Client", choices=[("", "All clients")], required=False)
    renews = forms.ChoiceField(label="Renews", choices=[("90", "Within 90 days")], required=False)


def _fields() -> Sample:
    typed = {"name": "xero-invoices-sync", "owner": "", "place": "1p"}
    day = {"renewal_on_day": "31", "renewal_on_month": "2", "renewal_on_year": "2027"}
    return Sample({**typed, **day})


def _table(request: HttpRequest) -> Table:
    def row(name: str, client: str, owner: str | None, status: tuple[str, str], ahead: int) -> Row:
        state, words = status
        return Row(
            cells=(
                Cell("lead", name, sub="Xero, OAuth token · in 1Password", url="#"),
                Cell("text", client),
                Cell("person", owner),
                Cell("list", items=("accounting.transactions", "accounting.contacts.read", "offline_access")),
                Cell("status", words, state=state, sub_date=DAY + timedelta(days=ahead)),
                Cell("date", DAY - timedelta(days=90)),
            ),
            state="late" if state == "late" else "",
            action=Link("Record rotation", "#", primary=state == "late")
            if state in ("late", "soon")
            else None,
            menu=(Link("Hand over to another owner", "#"), Link("Record as revoked…", "#", danger=True)),
        )

    return Table(
        label="Credentials",
        caption="Credentials, soonest renewal first. Column headings with links sort the table.",
        headings=headings(COLUMNS, request, "renews"),
        rows=(
            row("xero-invoices-sync", "Harbour & Finch", "Priya Nair", ("late", "2 days overdue"), -2),
            row("hubspot-intake-app", "Penrose Legal", "Tom Okafor", ("soon", "In 2 days"), 2),
            row("zendesk-triage-key", "Meridian Dental Group", None, ("idle", "In 34 days"), 34),
        ),
        empty=Empty("No credentials yet", "Read a workflow export, or add one."),
    )


MENU = (Link("Snooze…", "#"), Link("Reassign…", "#"), Link("Open history", "#"))
ENTRIES = (
    Entry(
        title="Rotate the Xero OAuth token",
        url="#",
        state="late",
        words="2 days overdue",
        kind="Credential renewal",
        due_on=DAY - timedelta(days=2),
        client_name="Harbour & Finch",
        client_url="#",
        meta="invoice sync fails when it lapses",
        owner="Priya Nair",
        action=Link("Record rotation", "#", primary=True),
        menu=MENU,
    ),
    Entry(
        title="Name an owner for the Zendesk API key",
        url="#",
        state="soon",
        words="Tomorrow",
        kind="Credential",
        due_on=DAY + timedelta(days=1),
        client_name="Meridian Dental Group",
        client_url="#",
        action=Link("Name an owner", "#"),
        menu=MENU,
    ),
    Entry(
        title="Review the agreement with Neon",
        url="#",
        state="idle",
        words="In 7 days",
        kind="Sub-processor",
        due_on=DAY + timedelta(days=7),
        client_name="Oakline Logistics",
        client_url="#",
        owner="Łukasz Zieliński",
        action=Link("Review", "#"),
        menu=MENU,
    ),
)


def _pins() -> list[Pin]:
    ahead = (
        (-2, "late", "Xero OAuth token"),
        (5, "soon", "Anthropic terms"),
        (13, "then", "DPA 2.1 signature"),
        (22, "then", "Slack bot token"),
        (29, "then", "TLS for hooks.harbourfinch"),
        (43, "then", "AWS deploy role"),
        (57, "then", "Neon database password"),
        (71, "then", "OpenAI project key"),
        (84, "then", "Access review"),
    )
    return [Pin(DAY + timedelta(days=days), name, state) for days, state, name in ahead]


def parts(request: HttpRequest) -> dict[str, Any]:
    """Everything that the sheet needs."""
    return {
        "day": DAY,
        "colours": [(name, i % 6 * 70, i // 6 * 74) for i, name in enumerate(COLOURS)],
        "sample": _fields(),
        "filters": SampleFilters({}),
        "chips": [Chip("Client: Harbour & Finch", "?"), Chip("Renews: within 90 days", "?")],
        "table": _table(request),
        "entries": ENTRIES,
        "pins": _pins(),
        "counts": [1, 0, 2, 4, 1, 0, 0, 2, 1, 1, 2, 3],
        "count_labels": list("DJFMAMJJASON"),
        "points": [60, 62, 62, 67, 68, 70, 70, 73, 77, 77, 80, 86, 83],
        "labels": ["Nov 25", "", "", "Feb", "", "", "May", "", "", "Aug", "", "", "Nov 26"],
        "links": [Link("Hand over to another owner", "#"), Link("Retire…", "#", danger=True)],
    }
