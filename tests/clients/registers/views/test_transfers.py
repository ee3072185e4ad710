"""Files out and in: exactly the rows of the list, no formulas, no secrets, all or nothing."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from clients.registers.models import Credential, DraftImport, Workflow
from clients.registers.tasks import drop_old_uploads
from clients.registers.transfers.actions import drop_old_drafts
from portal.audit.models import AuditEvent
from portal.lib.imports import read_table
from tests.clients.registers.conftest import SLUGS

SECRET = "sk_live_" + "51HabcdefghijKLMNOP4242xyz"


def table(*lines, name="table.csv"):
    target = io.StringIO()
    csv.writer(target).writerows(lines)
    return {"table": SimpleUploadedFile(name, target.getvalue().encode())}


def upload(browser, register, *lines):
    response = browser.post(f"/c/alder/{register}/import/", table(*lines))
    assert response.status_code == 302, response.context["form"].errors
    return response["Location"]


def apply(browser, preview):
    plan = browser.get(preview).context
    return browser.post(f"{preview}apply/", {"seen": f"{plan['new']}-{plan['changed']}"}, follow=True)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_exactly_the_filtered_rows_and_is_noted(
    kind, make, in_a, client_a1, client_a2, alice, signed_in
):
    make("credentials", client_a1, "xero-key")
    make("credentials", client_a1, "slack-key", platform="slack")
    make("credentials", client_a2, "xero-other")
    data = signed_in(alice).get(f"/c/alder/credentials/export/?format={kind}&q=xero")
    assert "attachment" in data["Content-Disposition"] and data["Cache-Control"] == "no-store"
    assert [row["Credential"] for row in read_table("x", data.content).rows] == ["xero-key"]
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.client_id) == ("register.export", client_a1.pk)
    assert event.payload["changes"]["rows"] == 1


def test_an_export_over_all_clients_names_the_client(make, in_a, client_a1, client_a2, alice, bob, signed_in):
    make("workflows", client_a1, "One")
    make("workflows", client_a2, "Two")
    rows = read_table("x", signed_in(alice).get("/records/workflows/export/").content).rows
    assert {(row["Workflow"], row["Client"]) for row in rows} == {
        ("One", "Alder & Sons"),
        ("Two", "Birch Clinic"),
    }
    assert len(read_table("x", signed_in(bob).get("/records/workflows/export/").content).rows) == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_is_a_formula(kind, make, client_a1, alice, signed_in):
    make("workflows", client_a1, "=HYPERLINK(1)", description="+cmd\n@sum")
    data = signed_in(alice).get(f"/c/alder/workflows/export/?format={kind}").content
    if kind == "csv":
        assert b",'=HYPERLINK(1)" in data and b"'+cmd" in data
    else:
        from openpyxl import load_workbook

        cells = [cell for row in load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row]
        assert all(cell.data_type != "f" for cell in cells)


def test_a_clients_person_gets_no_references(make, client_a1, carol, signed_in):
    make(
        "credentials",
        client_a1,
        storage="vault",
        storage_ref="op://Auto/Xero/key",
        fingerprint="sha256:01234567",
    )
    data = signed_in(carol).get("/c/alder/credentials/export/").content.decode()
    assert "invoice-sync" in data
    assert "op://" not in data and "sha256:" not in data


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("register", SLUGS)
def test_what_goes_out_comes_in_again_without_a_change(
    register, kind, make, client_a1, alice, bob, signed_in
):
    odd = {
        "workflows": {
            "description": '=1+1\nsecond; line, with "quotes"',
            "retry_attempts": 3,
            "retry": "fixed",
            "live_on": date(2024, 2, 29),
            "url": "https://n8n.example.com/w/1",
        },
        "integrations": {
            "scopes_granted": ["-a", "b; c", "'=d"],
            "approved_on": date(2026, 1, 2),
            "approved_by": bob,
            "backup_owner": bob,
        },
        "credentials": {
            "scopes": ["@x", "y"],
            "rotation_interval_days": 90,
            "rotated_on": date(2026, 1, 1),
            "storage": "vault",
            "storage_ref": "op://A b/c/d",
            "fingerprint": "sha256:01234567",
        },
        "sub-processors": {
            "data_categories": ["names, addresses", "e-mail"],
            "dpa_signed_on": date(2026, 1, 1),
            "website": "https://example.com",
        },
    }[register]
    make(register, client_a1, "+Łukasz’s “one”", owner=alice, internal=True, **odd)
    make(register, client_a1, "plain")
    browser = signed_in(alice)
    data = browser.get(f"/c/alder/{register}/export/?format={kind}").content
    response = browser.post(f"/c/alder/{register}/import/", {"table": SimpleUploadedFile(f"t.{kind}", data)})
    plan = browser.get(response["Location"]).context["plan"]
    assert [(row.name, row.kind, row.changes) for row in plan.rows if row.kind != "same"] == []
    assert (plan.errors, plan.ignored, len(plan.rows)) == ([], [], 2)


def test_an_import_shows_every_change_and_then_makes_it(make, in_a, client_a1, alice, bob, signed_in):
    old = make("credentials", client_a1, "old-key", owner=alice, scopes=["a"])
    browser = signed_in(alice)
    preview = upload(
        browser,
        "credentials",
        ["Credential", "Platform", "Owner", "Scopes", "Renews", "Mystery"],
        ["OLD-KEY", "Xero", "BOB@northlight.test", "a\nb", "17 Nov 2027", "?"],
        ["new-key", "Slack", "", "", "2027-01-31", ""],
    )
    page = browser.get(preview).content.decode()
    assert "1 new" in page and "1 changed" in page and "Mystery" in page
    assert "bob@northlight.test" in page and "<del>alice@northlight.test</del>" in page
    assert Credential.objects.count() == 1
    assert "Import done: 1 added, 1 changed" in apply(browser, preview).content.decode()
    row = Credential.objects.get(pk=old.pk)
    assert (row.owner, row.scopes, row.next_due_on) == (bob, ["a", "b"], date(2027, 11, 17))
    assert Credential.objects.get(name="new-key").platform == "slack"
    assert not DraftImport.objects.exists()
    assert AuditEvent.objects.filter(action="register.import", object="registers_credential").count() == 2


def test_a_reference_renames_and_empty_cells_empty(make, in_a, client_a1, alice, signed_in):
    row = make("workflows", client_a1, "Old name", owner=alice, description="Words")
    browser = signed_in(alice)
    preview = upload(
        browser, "workflows", ["Reference", "Workflow", "What it does"], [row.pk, "New name", ""]
    )
    apply(browser, preview)
    row = Workflow.objects.get(pk=row.pk)
    assert (row.name, row.description, row.owner) == ("New name", "", alice)


@pytest.mark.parametrize(
    ("heading", "cells", "line", "column", "words"),
    [
        (["Workflow", "Platform"], ["", "n8n"], 2, "Workflow", "Enter a name"),
        (
            ["Workflow", "Platform", "Owner"],
            ["x", "n8n", "dan@southgate.test"],
            2,
            "Owner",
            "Nobody with the address",
        ),
        (["Workflow", "Platform", "Status"], ["x", "n8n", "asleep"], 2, "Status", "is not one of"),
        (
            ["Workflow", "Platform", "Live since"],
            ["x", "n8n", "31/02/2026"],
            2,
            "Live since",
            "does not exist",
        ),
        (
            ["Workflow", "Platform", "How often it tries again"],
            ["x", "n8n", "often"],
            2,
            "How often it tries again",
            "whole number",
        ),
        (
            ["Workflow", "Platform", "Address"],
            ["x", "n8n", "javascript:alert(1)"],
            2,
            "Address",
            "full address",
        ),
        (["Workflow", "Platform"], ["x", ""], 2, "Platform", "cannot be blank"),
        (["Reference", "Workflow"], ["999999999", "x"], 2, "Reference", "no entry"),
        (["Something"], ["x"], 1, "Headings", "No heading"),
        (["Platform"], ["x"], 1, "Headings", "needs the column"),
    ],
)
def test_a_wrong_cell_stops_everything_and_is_named(
    heading, cells, line, column, words, in_a, client_a1, alice, dan, signed_in
):
    browser = signed_in(alice)
    preview = upload(browser, "workflows", heading, cells, ["good one", "n8n", "", ""][: len(heading)])
    response = browser.get(preview)
    error = response.context["plan"].errors[0]
    assert (error.line, error.column) == (line, column)
    assert words in error.message
    assert words.split()[0] in response.content.decode()
    refused = browser.post(f"{preview}apply/", {"seen": "1-0"})
    assert refused.status_code == 409
    assert not Workflow.objects.exists()


def test_a_row_or_name_that_stands_twice_is_named(make, in_a, client_a1, alice, signed_in):
    row = make("workflows", client_a1, "One")
    browser = signed_in(alice)
    preview = upload(
        browser,
        "workflows",
        ["Reference", "Workflow", "Platform"],
        [row.pk, "One", "n8n"],
        ["", "one", "n8n"],
        ["", "Two", "n8n"],
        ["", "two", "n8n"],
    )
    assert [(error.line, error.message[:20]) for error in browser.get(preview).context["plan"].errors] == [
        (3, "One stands on line 2"),
        (5, "There is an entry of"),
    ]


def test_another_clients_row_is_unknown_to_an_import(make, in_a, client_a1, client_a2, alice, signed_in):
    theirs = make("workflows", client_a2, "Theirs")
    browser = signed_in(alice)
    preview = upload(
        browser, "workflows", ["Reference", "Workflow", "Platform"], [theirs.pk, "Mine now", "n8n"]
    )
    assert browser.get(preview).context["plan"].errors[0].column == "Reference"
    assert Workflow.objects.get(pk=theirs.pk).name == "Theirs"


def test_what_changed_since_the_preview_stops_the_import(make, in_a, client_a1, alice, signed_in):
    from clients.registers.actions import edit_record

    row = make("workflows", client_a1, "One", description="a")
    browser = signed_in(alice)
    preview = upload(browser, "workflows", ["Workflow", "What it does"], ["One", "b"])
    assert browser.get(preview).context["changed"] == 1
    edit_record(row, {"description": "b"}, by=alice)
    response = browser.post(f"{preview}apply/", {"seen": "0-1"})
    assert response.status_code == 409
    assert "changed since the preview" in response.content.decode()


def test_a_table_with_a_secret_is_refused_whole_and_kept_nowhere(in_a, client_a1, alice, signed_in):
    lines = [["Credential", "Platform", "Scopes"], ["good", "xero", ""], ["bad", "xero", SECRET]]
    page = signed_in(alice).post("/c/alder/credentials/import/", table(*lines)).content.decode()
    assert SECRET not in page
    assert "Nothing was kept" in page and '<td class="num">3</td><th scope="row">Scopes</th>' in page
    assert not DraftImport.objects.exists()
    note = AuditEvent.objects.get(action="secret.refused")
    assert note.payload["changes"]["field"] == "Scopes"
    assert SECRET not in str(note.payload)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "empty"), (b"\x00\x01\x02", "not a text file"), (b"Workflow,Platform\n", "no rows")],
)
def test_a_file_that_is_no_table_is_refused_in_words(data, words, client_a1, alice, signed_in):
    posted = {"table": SimpleUploadedFile("x.csv", data)}
    assert words in signed_in(alice).post("/c/alder/workflows/import/", posted).content.decode()


def test_too_many_rows_are_refused(client_a1, alice, signed_in):
    lines = [["Workflow", "Platform"], *[[f"w{n}", "n8n"] for n in range(2001)]]
    assert (
        "at most 2,000" in signed_in(alice).post("/c/alder/workflows/import/", table(*lines)).content.decode()
    )


def test_an_upload_belongs_to_who_made_it_and_lives_a_day(in_a, client_a1, alice, bob, signed_in):
    browser = signed_in(alice)
    preview = upload(browser, "workflows", ["Workflow", "Platform"], ["x", "n8n"])
    assert signed_in(bob).get(preview).status_code == 404
    assert browser.get(preview.replace("workflows", "credentials")).status_code == 404
    DraftImport.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert browser.get(preview).status_code == 404
    assert drop_old_drafts(timezone.now()) == 1


def test_an_upload_can_be_dropped(in_a, client_a1, alice, signed_in):
    browser = signed_in(alice)
    preview = upload(browser, "workflows", ["Workflow", "Platform"], ["x", "n8n"])
    browser.post(f"{preview}drop/")
    assert not DraftImport.objects.exists()


def test_the_clock_drops_old_uploads_of_every_practice(in_a, client_a1, alice, signed_in, monkeypatch):
    upload(signed_in(alice), "workflows", ["Workflow", "Platform"], ["x", "n8n"])
    DraftImport.objects.update(created_at=timezone.now() - timedelta(hours=25))
    monkeypatch.setattr("clients.registers.tasks.practice_ids", lambda: [client_a1.practice_id])
    assert drop_old_uploads() == 1
    assert not DraftImport.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_is_a_table_that_an_import_understands(kind, client_a1, alice, signed_in):
    data = signed_in(alice).get(f"/c/alder/credentials/template/?format={kind}").content
    assert read_table("t", data).header[:2] == ["Credential", "Platform"]
