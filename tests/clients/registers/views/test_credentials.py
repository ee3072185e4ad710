"""Rotation and revocation in the browser."""

from datetime import timedelta

from django.utils import timezone

from clients.registers.models import Credential

SECRET = "sk_live_" + "51HabcdefghijKLMNOP4242xyz"


def day_parts(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def test_the_form_proposes_today_and_the_date_of_the_interval(make, client_a1, alice, signed_in):
    row = make("credentials", client_a1, rotation_interval_days=90)
    form = signed_in(alice).get(f"/c/alder/credentials/{row.pk}/rotate/").context["form"]
    today = timezone.localdate()
    assert form.initial == {"rotated_on": today, "renewal_on": today + timedelta(days=90)}


def test_a_rotation_is_recorded_and_the_next_date_said(make, in_a, client_a1, alice, signed_in):
    today = timezone.localdate()
    row = make("credentials", client_a1, "xero-key", renewal_on=today - timedelta(days=2), owner=alice)
    posted = {**day_parts("rotated_on", today), **day_parts("renewal_on", today + timedelta(days=90))}
    page = (
        signed_in(alice).post(f"/c/alder/credentials/{row.pk}/rotate/", posted, follow=True).content.decode()
    )
    assert "xero-key rotated. Next due" in page
    assert Credential.objects.get(pk=row.pk).next_due_on == today + timedelta(days=90)


def test_a_pasted_secret_comes_back_empty(make, in_a, client_a1, alice, signed_in):
    today = timezone.localdate()
    row = make("credentials", client_a1, rotation_interval_days=90)
    posted = {**day_parts("rotated_on", today), "fingerprint": SECRET, "why": f"new one is {SECRET}"}
    page = signed_in(alice).post(f"/c/alder/credentials/{row.pk}/rotate/", posted).content.decode()
    assert SECRET not in page and "looks like a secret" in page
    assert Credential.objects.get(pk=row.pk).rotated_on is None


def test_a_revocation_needs_its_reason(make, in_a, client_a1, alice, signed_in):
    row = make("credentials", client_a1)
    browser = signed_in(alice)
    assert "Enter the reason" in browser.post(f"/c/alder/credentials/{row.pk}/revoke/", {}).content.decode()
    page = browser.post(
        f"/c/alder/credentials/{row.pk}/revoke/", {"why": "Leaked"}, follow=True
    ).content.decode()
    assert "Reason: Leaked" in page
    assert Credential.objects.get(pk=row.pk).revoked_by == alice


def test_the_verbs_are_closed_to_others(make, client_a1, client_a2, carol, bob, signed_in):
    row, theirs = make("credentials", client_a1), make("credentials", client_a2)
    for verb in ("rotate", "revoke", "reassign"):
        assert (
            signed_in(carol).post(f"/c/alder/credentials/{row.pk}/{verb}/", {"why": "x"}).status_code == 403
        )
        assert (
            signed_in(bob).post(f"/c/alder/credentials/{theirs.pk}/{verb}/", {"why": "x"}).status_code == 404
        )
