"""One record's pages: what they show, save and refuse, and to whom they do not exist."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from clients.registers.models import Credential, Integration, Workflow
from clients.registers.queries import MODELS
from clients.registers.record_pages import due_of
from portal.audit.models import AuditEvent
from tests.clients.registers.conftest import BASICS, SLUGS

SECRET = "sk_live_" + "51HabcdefghijKLMNOP4242xyz"
WORKFLOW = {"name": "Invoices", "platform": "n8n", "status": "active", "personal_data": "unknown", "uses_ai": "unknown",
            "retry": "unknown"}  # fmt: skip
CREDENTIAL = {"name": "xero-key", "platform": "Xero", "kind": "api_key", "storage": "vault", "renews_itself": "unknown",
              "storage_ref": "op://Automation/Xero/key", "personal": "no", "shared": "no"}  # fmt: skip
VERBS = ("", "edit/", "retire/", "reassign/")


def day_parts(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def test_a_record_is_added_and_its_next_date_is_said(client_a1, alice, signed_in):
    soon = timezone.localdate() + timedelta(days=30)
    posted = {
        **CREDENTIAL,
        "owner": alice.pk,
        "scopes": "a.read\n\nb.read\n",
        **day_parts("renewal_on", soon),
    }
    response = signed_in(alice).post("/c/alder/credentials/add/", posted, follow=True)
    page = response.content.decode()
    assert response.redirect_chain[0][0].startswith("/c/alder/credentials/")
    assert "xero-key added. Next due" in page
    assert "in 1Password" not in page or "op://Automation/Xero/key" in page


@pytest.mark.parametrize("register", SLUGS)
def test_an_empty_form_names_every_problem_and_needs_an_owner(register, client_a1, alice, signed_in):
    response = signed_in(alice).post(f"/c/alder/{register}/add/", {"name": ""})
    page = response.content.decode()
    assert "There is a problem" in page
    assert "Choose who owns this" in page
    assert "<title>Error:" in page


def test_a_secret_is_refused_noted_and_nowhere_in_the_answer(in_a, client_a1, alice, signed_in):
    posted = {
        **CREDENTIAL,
        "name": SECRET,
        "fingerprint": SECRET,
        "scopes": f"read\n{SECRET}",
        "owner": alice.pk,
    }
    page = signed_in(alice).post("/c/alder/credentials/add/", posted).content.decode()
    assert SECRET not in page
    assert "looks like a secret" in page
    assert not Credential.objects.exists()
    notes = list(AuditEvent.objects.filter(action="secret.refused"))
    assert {note.payload["changes"]["field"] for note in notes} == {"name", "fingerprint", "scopes"}
    assert all(SECRET not in str(note.payload) for note in notes)


def test_a_refused_owner_stands_at_its_field_and_the_rest_is_kept(client_a1, alice, dan, signed_in):
    page = signed_in(alice).post("/c/alder/workflows/add/", {**WORKFLOW, "owner": dan.pk}).content.decode()
    assert "Choose one from the list." in page
    assert 'value="Invoices"' in page
    assert dan.name not in page


def test_a_past_renewal_is_refused_when_it_is_new(client_a1, alice, signed_in):
    today = timezone.localdate()
    posted = {**CREDENTIAL, "owner": alice.pk, **day_parts("renewal_on", today)}
    assert (
        "Renewal date must be after today"
        in signed_in(alice).post("/c/alder/credentials/add/", posted).content.decode()
    )


def test_a_late_record_can_be_changed_without_touching_its_date(make, in_a, client_a1, alice, signed_in):
    late = timezone.localdate() - timedelta(days=3)
    row = make("credentials", client_a1, "xero-key", renewal_on=late, owner=alice)
    posted = {
        **CREDENTIAL,
        "owner": alice.pk,
        "version": row.version,
        **day_parts("renewal_on", late),
        "kind": "bot_token",
    }
    assert signed_in(alice).post(f"/c/alder/credentials/{row.pk}/edit/", posted).status_code == 302
    assert Credential.objects.get(pk=row.pk).kind == "bot_token"


def test_two_people_do_not_overwrite_each_other(make, in_a, client_a1, alice, bob, signed_in):
    row = make("workflows", client_a1, "Invoices", owner=alice)
    first, second = signed_in(alice), signed_in(bob)
    posted = {**WORKFLOW, "owner": alice.pk, "version": row.version}
    first.post(f"/c/alder/workflows/{row.pk}/edit/", {**posted, "description": "Words of Alice"})
    response = second.post(f"/c/alder/workflows/{row.pk}/edit/", {**posted, "description": "Words of Bob"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Somebody changed this since you opened it" in page
    assert "Words of Alice" in page and "Words of Bob</textarea>" in page
    assert Workflow.objects.get(pk=row.pk).description == "Words of Alice"
    again = {**posted, "description": "Words of Bob", "version": row.version + 1}
    assert f'name="version" value="{row.version + 1}"' in page
    assert second.post(f"/c/alder/workflows/{row.pk}/edit/", again).status_code == 302
    assert Workflow.objects.get(pk=row.pk).description == "Words of Bob"


def test_the_page_of_a_record_shows_facts_links_and_history(make, client_a1, alice, signed_in):
    workflow = make("workflows", client_a1, "Invoices", owner=alice)
    row = make(
        "integrations", client_a1, "Xero link", workflow=workflow, scopes_granted=["accounting.contacts.read"]
    )
    page = signed_in(alice).get(f"/c/alder/integrations/{row.pk}/").content.decode()
    for words in (
        "Xero link",
        "Invoices",
        "accounting.contacts.read",
        "<b>Alice Archer</b> added integration",
        "Not recorded",
        "<dt>Workflow</dt><dd>Invoices</dd>",
        "<dt>Platform</dt><dd>Xero</dd>",
    ):
        assert words in page


def test_the_way_to_every_page_of_a_client_begins_with_the_clients(make, client_a1, alice, signed_in):
    row = make("credentials", client_a1, "xero-key")
    browser = signed_in(alice)
    for end in ("", f"{row.pk}/", f"{row.pk}/edit/", f"{row.pk}/retire/", "import/"):
        page = browser.get(f"/c/alder/credentials/{end}").content.decode()
        crumbs = page[page.index('aria-label="Breadcrumb"') :].partition("</nav>")[0]
        assert crumbs.index(">Clients</a>") < crumbs.index('/c/alder/">') < crumbs.index("Credentials")


def test_spans_carry_their_unit_and_a_far_date_is_said_once(make, client_a1, alice, signed_in):
    far = timezone.localdate() + timedelta(days=400)
    row = make("credentials", client_a1, "xero-key", renewal_on=far, rotation_interval_days=500)
    page = signed_in(alice).get(f"/c/alder/credentials/{row.pk}/").content.decode()
    assert page.count("500 days") == 2
    head = page[page.index('class="under"') :].partition("</p>")[0]
    assert f"{far:%A} {far.day}" in head
    assert str(far.year) in head and head.count(str(far.year)) == 1


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (-400, ("late", "Overdue since 15 Oct 2025", None)),
        (-2, ("late", "2\u00a0days overdue", date(2026, 11, 17))),
        (6, ("soon", "In 6\u00a0days", date(2026, 11, 25))),
        (90, ("ok", "Wednesday 17 February 2027", None)),
    ],
)
def test_when_something_is_due_is_said_in_words_and_by_its_day(ahead, expected):
    today = date(2026, 11, 19)
    due = due_of(Integration(renewal_on=today + timedelta(days=ahead)), today)
    assert (due.state, due.words, due.day) == expected


def test_what_is_out_of_use_or_without_a_date_is_not_due(now):
    today = now.date()
    assert due_of(Integration(), today) is None
    assert due_of(Integration(renewal_on=today, retired_at=now), today) is None


def test_retire_and_undo(make, in_a, client_a1, alice, signed_in):
    row = make("workflows", client_a1, "Invoices")
    browser = signed_in(alice)
    assert (
        "Enter the reason"
        in browser.post(f"/c/alder/workflows/{row.pk}/retire/", {"why": " "}).content.decode()
    )
    page = browser.post(
        f"/c/alder/workflows/{row.pk}/retire/", {"why": "Replaced"}, follow=True
    ).content.decode()
    assert "Reason: Replaced" in page and "Undo: take into use again" in page
    assert not Workflow.objects.get(pk=row.pk).is_live
    assert browser.get(f"/c/alder/workflows/{row.pk}/unretire/").status_code == 405
    browser.post(f"/c/alder/workflows/{row.pk}/unretire/")
    assert Workflow.objects.get(pk=row.pk).is_live


def test_a_refusal_to_retire_is_said_on_the_page(make, client_a1, alice, signed_in):
    workflow = make("workflows", client_a1, "Invoices")
    make("integrations", client_a1, "Xero link", workflow=workflow)
    page = (
        signed_in(alice).post(f"/c/alder/workflows/{workflow.pk}/retire/", {"why": "Gone"}).content.decode()
    )
    assert "still used by Xero link" in page


def test_an_owner_is_named(make, in_a, client_a1, alice, bob, signed_in):
    row = make("workflows", client_a1)
    page = signed_in(alice).post(
        f"/c/alder/workflows/{row.pk}/reassign/", {"owner": bob.pk, "why": "Knows it best"}, follow=True
    )
    assert "handed over to Bob Baker" in page.content.decode()
    assert Workflow.objects.get(pk=row.pk).owner == bob


def test_several_are_handed_over_at_once(make, in_a, client_a1, alice, bob, signed_in):
    rows = [make("credentials", client_a1, f"key-{n}", owner=alice) for n in range(3)]
    posted = {"records": [rows[0].pk, rows[2].pk], "owner": bob.pk, "why": "Holiday"}
    page = signed_in(alice).post("/c/alder/credentials/hand-over/", posted, follow=True).content.decode()
    assert "2 credentials handed over to Bob Baker" in page
    assert set(Credential.objects.filter(owner=bob)) == {rows[0], rows[2]}


def test_nothing_of_another_client_is_handed_over(make, in_a, client_a1, client_a2, alice, bob, signed_in):
    theirs = make("credentials", client_a2, "theirs")
    make("credentials", client_a1, "ours")
    posted = {"records": [theirs.pk], "owner": bob.pk, "why": "Holiday"}
    page = signed_in(alice).post("/c/alder/credentials/hand-over/", posted).content.decode()
    assert "has left this list" in page
    assert Credential.objects.get(pk=theirs.pk).owner is None


def test_a_service_account_that_looks_like_a_person_is_warned_about(in_a, client_a1, alice, signed_in):
    posted = {"name": "Xero link", "platform": "xero", "owner": alice.pk, "status": "active", "auth_type": "oauth",
              "writes_needed": "no", "read_only": "yes", "resource_scope": "named", "service_account_possible": "yes",
              "account_owner": "client", "service_account": "jane.doe@alder.test"}  # fmt: skip
    page = signed_in(alice).post("/c/alder/integrations/add/", posted, follow=True).content.decode()
    assert "looks like a person" in page
    assert Integration.objects.get().service_account == "jane.doe@alder.test"


@pytest.mark.parametrize("register", SLUGS)
def test_another_clients_record_does_not_exist(
    register, make, client_a1, client_a2, client_b1, alice, bob, dan, signed_in
):
    theirs = make(register, client_a2, "Not for Bob")
    foreign = make(register, client_b1, "Of practice B", by=dan)
    for verb in VERBS:
        for person, row in ((bob, theirs), (alice, foreign), (bob, foreign)):
            browser = signed_in(person)
            for base in ("alder", "birch", "cedar"):
                if (person, base, row) == (alice, "birch", theirs):
                    continue
                address = f"/c/{base}/{register}/{row.pk}/{verb}"
                assert browser.get(address).status_code == 404, address
                assert browser.post(address, {"why": "x"}).status_code in (404, 405)
    assert MODELS[register]


@pytest.mark.parametrize("register", SLUGS)
def test_a_clients_person_reads_and_changes_nothing(register, make, in_a, client_a1, carol, signed_in):
    row = make(
        register,
        client_a1,
        **({"storage": "vault", "storage_ref": "op://Auto/Xero/key"} if register == "credentials" else {}),
    )
    browser = signed_in(carol)
    base = f"/c/alder/{register}/"
    page = browser.get(f"{base}{row.pk}/").content.decode()
    assert "invoice-sync" in page and "op://" not in page
    for address in (
        "add/",
        "import/",
        "hand-over/",
        "template/",
        *[f"{row.pk}/{verb}" for verb in VERBS[1:]],
    ):
        assert browser.get(base + address).status_code == 403, address
    for address in ("add/", f"{row.pk}/edit/", f"{row.pk}/retire/", f"{row.pk}/unretire/"):
        assert browser.post(base + address, {**BASICS[register], "why": "x"}).status_code == 403
    assert type(row).objects.get(pk=row.pk).version == row.version
