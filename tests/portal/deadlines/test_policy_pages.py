"""How kinds are reminded of: in words, for the practice and for one client, with a preview, and back to the usual."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from portal.accounts.models import User
from portal.deadlines import kinds, policies
from portal.deadlines.forms.policies import PolicyForm, read_length
from portal.deadlines.models import Policy
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import enter
from tests.conftest import everything_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Browser]
KIND = "test.renewal"
PAGE = "/practice/reminders/"


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> kinds.Kind:
    """A kind that a room registers."""
    plain = kinds.kind_of(KIND)
    made = kinds.Kind(KIND, "Test renewal", "renewal", plain.address, plain.next_step)
    monkeypatch.setitem(kinds._kinds, KIND, made)
    return made


def entered(**changed: Any) -> dict[str, Any]:
    """The form as it stands for the shipped policy of renewals, with changes."""
    entry = policies.entry_of("renewal")
    initial = PolicyForm(base=entry, now=entry)
    sent = {name: initial[name].initial for name in initial.fields}
    sent = {**sent, **changed}
    return {
        name: "on" if value is True else value for name, value in sent.items() if value not in (None, False)
    }


def kept(practice: Practice) -> list[Policy]:
    with enter(everything_of(practice), switch=True):
        return list(Policy.objects.order_by("pk"))


class TestForm:
    @pytest.mark.parametrize(
        ("text", "length"),
        [
            ("60 days", "P60D"),
            ("1 day", "P1D"),
            ("2 weeks", "P14D"),
            ("48 hours", "PT48H"),
            ("1 month", "P1M"),
            ("p7d", "P7D"),
        ],
    )
    def test_lengths_are_read_in_words_and_as_data(self, text: str, length: str) -> None:
        assert read_length(text) == length

    def test_a_length_that_is_none_is_refused_in_words(self) -> None:
        with pytest.raises(ValueError, match="Write it as 60 days"):
            read_length("soon")

    @pytest.mark.parametrize("name", list(policies.shipped()))
    def test_every_shipped_policy_comes_through_the_form_unchanged(self, name: str) -> None:
        entry = policies.entry_of(name)
        initial = PolicyForm(base=entry, now=entry)
        sent = {each: initial[each].initial for each in initial.fields}
        form = PolicyForm({k: v for k, v in sent.items() if v not in (None, False)}, base=entry, now=entry)
        assert form.is_valid(), form.errors
        assert form.rules() == {}

    def test_only_what_differs_is_kept(self) -> None:
        entry = policies.entry_of("renewal")
        sent = entered(before="30 days, 3 days", hears_lead="never", urgent=True)
        form = PolicyForm(sent, base=entry, now=entry)
        assert form.is_valid(), form.errors
        assert form.rules() == {
            "before": ["P30D", "P3D"],
            "escalate": [{"from": "-P7D", "to": ["backup"]}, {"from": "P3D", "to": ["practice_owner"]}],
            "urgent": True,
        }

    @pytest.mark.parametrize(
        ("changed", "field", "words"),
        [
            ({"before": "soon"}, "before", "is not a length of time"),
            ({"before": "7 days, 7 days"}, "before", "stands there twice"),
            ({"send_at": "9"}, "send_at", "is not a time of day"),
            ({"quiet_until": ""}, "quiet_until", "both ends"),
            ({"channels": []}, "channels", "Choose where reminders go"),
            ({"hears_owner": "PT0S"}, "hears_owner", "Choose who is reminded"),
            ({"late_every": "PT1H", "late_slower": "P14D/P7D"}, "late_slower", "Say in hours"),
        ],
    )
    def test_what_makes_no_sense_is_said_at_its_field(
        self, changed: dict[str, Any], field: str, words: str
    ) -> None:
        entry = policies.entry_of("renewal")
        form = PolicyForm(entered(**changed), base=entry, now=entry)
        assert not form.is_valid()
        assert words in str(form.errors[field])


class TestPractice:
    def test_every_kind_stands_there_in_words(self, alice: User, signed_in: SignIn) -> None:
        page = signed_in(alice).get(PAGE).content.decode()
        assert "60, 30, 14, 7 and 1 day before, when it falls due, while late every day" in page
        assert "As shipped" in page

    def test_other_steps_are_kept_and_shown_and_taken_back(
        self, alice: User, practice_a: Practice, signed_in: SignIn
    ) -> None:
        browser = signed_in(alice)
        sent = entered(before="30 days, 3 days", why="Fewer reminders")
        answer = browser.post(f"{PAGE}{KIND}/", sent, follow=True)
        page = answer.content.decode()
        assert "reminders changed" in page
        assert "30 and 3 days before" in page
        assert "The practice’s own" in page
        [policy] = kept(practice_a)
        assert (policy.client_id, policy.rules) == (None, {"before": ["P30D", "P3D"]})
        page = browser.post(f"{PAGE}{KIND}/reset/", follow=True).content.decode()
        assert "in the usual way again" in page
        assert kept(practice_a) == []

    def test_the_preview_shows_what_was_entered_and_keeps_nothing(
        self, alice: User, practice_a: Practice, signed_in: SignIn
    ) -> None:
        sent = entered(before="9 days", preview="1")
        page = signed_in(alice).post(f"{PAGE}{KIND}/", sent).content.decode()
        aside = page[page.index("For something due on") :]
        assert "9 days before, to the owner" in aside
        assert "60 days before" not in aside
        assert kept(practice_a) == []

    def test_nothing_changed_is_said(self, alice: User, practice_a: Practice, signed_in: SignIn) -> None:
        page = signed_in(alice).post(f"{PAGE}{KIND}/", entered()).content.decode()
        assert "This is what holds already" in page
        assert kept(practice_a) == []

    def test_it_is_for_owners_of_the_practice(
        self, bob: User, carol: User, signed_in: SignIn, client_a1: Client
    ) -> None:
        for address in (PAGE, f"{PAGE}{KIND}/"):
            assert signed_in(bob).get(address).status_code == 403
            assert signed_in(carol).get(address).status_code == 404
        assert signed_in(bob).get("/c/alder/reminders/").status_code == 403

    def test_a_kind_that_does_not_exist_is_not_found(self, alice: User, signed_in: SignIn) -> None:
        assert signed_in(alice).get(f"{PAGE}no.such/").status_code == 404


class TestClient:
    def test_a_client_can_have_its_own_which_wins(
        self, alice: User, practice_a: Practice, client_a1: Client, signed_in: SignIn
    ) -> None:
        browser = signed_in(alice)
        browser.post(f"{PAGE}{KIND}/", entered(before="30 days"))
        browser.post(f"/c/alder/reminders/{KIND}/", entered(before="5 days"))
        page = browser.get("/c/alder/reminders/").content.decode()
        assert "5 days before" in page
        assert "This client’s own" in page
        page = browser.get(PAGE).content.decode()
        assert "30 days before" in page
        assert "Otherwise for" in page
        assert "Alder &amp; Sons" in page
        browser.post(f"/c/alder/reminders/{KIND}/reset/")
        assert "30 days before" in browser.get("/c/alder/reminders/").content.decode()
        assert len(kept(practice_a)) == 1
