"""Every address that answers with a page, as those who may open it: axe-core, reflow at three widths, both themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.urls import reverse

from portal.accounts.models import TotpDevice
from portal.tenancy.permissions import Role
from tests.access_samples import Sample
from tests.browser.chromium import axe_faults, overlaps, scrolls_sideways
from tests.browser.visitor import Visitor
from tests.browser.world import PASSWORD, World, fill, make_person, make_world
from tests.conftest import make_member, sign_in
from tests.portal.accounts.inviting import invite
from tests.test_access import ADDRESSES

WIDTHS = (1440, 1024, 390, 320)
AXE_WIDTHS = (1440, 390, 320)
WHO = {
    "public": ("nobody", "alice"),
    "person": ("alice", "carol"),
    "practice": ("alice",),
    "client": ("alice", "carol"),
}
# What has no page of its own: it is posted to, gives a file, or leads elsewhere at once.
WITHOUT_PAGE = {
    *("alert_ingest", "source_turn"),
    *("plan_offer", "plan_pdf", "plan_print", "plan_take_back"),
    *("evidence_download", "evidence_export", "evidence_visibility"),
    *("clock_facts", "clock_start", "notice_add", "notice_approve", "notice_copy", "notice_print"),
    *("post_mortem_ask", "post_mortem_pdf", "post_mortem_print", "incident_print"),
    *("incident_year_export", "incident_year_all_export", "incident_year_print"),
    *("client_incident_export", "incident_acknowledge", "incident_close", "incident_export"),
    *("client_channel_act", "own_channel_act", "practice_channel_act"),
    *("message_again", "message_again_all", "message_export"),
    *("absence_end", "client_reminder_reset", "deadline_export", "deadline_wake", "reminder_policy_reset"),
    *("calendar_feed_end", "calendar_feed_make", "calendar_feed_renew", "calendar_read", "renewal_export"),
    *("access_review_carry_out", "access_review_export", "access_review_start"),
    *("account_reauthenticate", "account_set_password", "client_activity_export", "client_invitation_again"),
    *("client_invitation_revoke", "document_again", "document_download", "export_download", "export_upload"),
    *("healthz", "import_apply", "import_drop", "invitation", "invitation_again", "invitation_revoke"),
    *("openid_connect_callback", "openid_connect_login", "passkey_add_begin", "passkey_add_complete"),
    *("passkey_begin", "passkey_complete", "passkey_enrol_begin", "passkey_enrol_complete"),
    *("passkey_step_up_begin", "passkey_step_up_complete", "posture_export", "practice_switch"),
    *("proposal_decide", "proposal_reopen", "record_unretire", "recovery_codes", "recovery_codes_text"),
    *("register_export", "register_export_all", "register_template", "second_factor", "second_factor_enrol"),
    *("readyz", "session_end", "session_end_others", "set_up", "sign_in_cancel", "sign_in_link"),
    *("socialaccount_login_error", "socialaccount_signup", "theme_set"),
}
MARKS = {each.name: each.mark for each in ADDRESSES}


@pytest.fixture(scope="module")
def world(site: str) -> Iterator[World]:
    """The cast; nobody is asked for a second factor again while the module lasts."""
    with override_settings(
        STEP_UP_SECONDS=24 * 3600, SESSION_COOKIE_AGE=24 * 3600, ACCOUNT_RATE_LIMITS=False
    ):
        yield make_world()


@pytest.fixture(scope="module")
def places(world: World) -> dict[str, list[Sample]]:
    """The addresses with arguments, by name; those of a client for client A1."""
    found: dict[str, list[Sample]] = {}
    for sample in fill(world):
        if sample.client in ("", "alder"):
            found.setdefault(sample.name, []).append(sample)
    return found


@pytest.fixture(scope="module")
def visitors(world: World, chromium: Any, site: str) -> Iterator[Callable[[str], Visitor]]:
    """A visitor for each person, kept for the whole module."""
    kept: dict[str, Visitor] = {}

    def give(who: str) -> Visitor:
        if who not in kept:
            kept[who] = Visitor(chromium, site, reduced_motion="reduce")
            if who != "nobody":
                kept[who].carry(sign_in(world.people[who]).cookies)
        return kept[who]

    yield give
    for each in kept.values():
        each.context.close()


def faults_of_page(visitor: Visitor) -> list[object]:
    """What is wrong with the page that is open."""
    wrong: list[object] = list(visitor.unexpected())
    for theme in ("light", "dark"):
        for width in WIDTHS:
            look(visitor, theme, width)
            if width in AXE_WIDTHS:
                wrong += [(theme, width, *fault) for fault in axe_faults(visitor.page)]
            if sticks_out := scrolls_sideways(visitor.page):
                wrong.append((theme, width, sticks_out))
            wrong += [(theme, width, each) for each in overlaps(visitor.page)]
    visitor.complaints.clear()  # the policy stops styles of axe-core's own
    return wrong


def look(visitor: Visitor, theme: str, width: int) -> None:
    """Look at the page by day or by night, through a window of this width."""
    visitor.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    visitor.page.set_viewport_size({"width": width, "height": 900})


def told(wrong: dict[str, list[object]]) -> str:
    """A line a fault, under the page that has it."""
    return "\n".join(f"{place}\n  " + "\n  ".join(map(str, faults)) for place, faults in wrong.items())


def is_page(visitor: Visitor, address: str) -> bool:
    """Tell whether an address answers this person with a page, and not with a file, a refusal or another address."""
    answer = visitor.context.request.get(address, max_redirects=0)
    return answer.status == 200 and answer.headers.get("content-type", "").startswith("text/html")


def faults_at(visitor: Visitor, address: str) -> list[object]:
    """Open an address in a wide window and say what is wrong there."""
    visitor.complaints.clear()
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    visitor.open(address)
    return faults_of_page(visitor)


@pytest.mark.parametrize("name", sorted(MARKS))
def test_every_page_is_accessible_reflows_and_keeps_the_policy(
    name: str, places: dict[str, list[Sample]], visitors: Callable[[str], Visitor]
) -> None:
    wrong, pages = {}, 0
    for sample in places[name]:
        address = reverse(name, kwargs=sample.kwargs)
        for who in WHO[MARKS[name].kind]:
            if not is_page(visitors(who), address):
                continue
            pages += 1
            if faults := faults_at(visitors(who), address):
                wrong[f"{who} at {address}"] = faults
    assert not wrong, told(wrong)
    assert (pages == 0) == (name in WITHOUT_PAGE), "an address with a page must be looked at"


def test_the_list_of_addresses_without_a_page_is_not_stale() -> None:
    assert set(MARKS) >= WITHOUT_PAGE


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("alice", "/no-such-page/", 404),
        ("carol", "/no-such-page/", 404),
        ("nobody", "/no-such-page/", 404),
        ("carol", "/c/alder/credentials/add/", 403),
        ("bob", "/practice/clients/add/", 403),
        ("nobody", "/sign-in-link/nobody-was-given-this/", 410),
        ("nobody", "/account/sign-in/?next=/c/alder/", 200),
        ("alice", "/search/?q=zz", 200),
        ("alice", "/search/?q=nothing+of+this+name", 200),
        ("alice", "/?whose=mine", 200),
        ("alice", "/?snoozed=1", 200),
        ("alice", "/c/alder/deadlines/?state=all", 200),
        ("alice", "/deadlines/reassign/?from=", 200),
        ("alice", "/c/alder/credentials/?owner=none", 200),
        ("alice", "/c/alder/credentials/?q=nothing+of+this+name", 200),
        ("alice", "/c/birch/", 200),
        ("alice", "/c/birch/proposals/", 200),
        ("alice", "/c/alder/activity/?q=nothing+of+this+name", 200),
        ("nobody", "/check/?fingerprint=7f3a91c20e5d44b8", 200),
        ("alice", "/renewals/?sort=client", 200),
        ("alice", "/renewals/?q=nothing+of+this+name", 200),
    ],
)
def test_refusals_and_narrowed_pages_are_as_good_as_the_others(
    who: str, address: str, status: int, places: dict[str, list[Sample]], visitors: Callable[[str], Visitor]
) -> None:
    assert visitors(who).context.request.get(address, max_redirects=0).status == status
    faults = faults_at(visitors(who), address)
    assert not faults, told({address: faults})


FORMS = (
    ("nobody", "account_login"),
    ("nobody", "account_reset_password"),
    ("nobody", "document_check"),
    ("alice", "register_add"),
    ("alice", "register_import"),
    ("alice", "credential_rotate"),
    ("alice", "record_retire"),
    ("alice", "deadline_snooze"),
    ("alice", "deadline_reassign"),
    ("alice", "absence_add"),
    ("alice", "reminder_policy_edit"),
    ("alice", "client_add"),
    ("alice", "people_invite"),
    ("alice", "client_people_invite"),
    ("alice", "waiver_add"),
    ("alice", "export_remove"),
    ("alice", "evidence_attach"),
    ("alice", "evidence_withdraw"),
    ("alice", "contact_add"),
)


@pytest.mark.parametrize(("who", "name"), FORMS)
def test_a_form_sent_empty_says_what_is_wrong_where_the_reader_is(
    who: str, name: str, places: dict[str, list[Sample]], visitors: Callable[[str], Visitor]
) -> None:
    visitor = visitors(who)
    for sample in places[name]:
        visitor.open(reverse(name, kwargs=sample.kwargs))
        with visitor.page.expect_navigation():
            visitor.page.evaluate("document.querySelector('main form[method=post]').submit()")
        focused = visitor.page.evaluate("document.activeElement.className")
        assert focused == "error-summary", sample.kwargs
        assert visitor.page.title().startswith("Error: "), sample.kwargs
        faults = faults_of_page(visitor)
        assert not faults, told({visitor.page.url: faults})


def test_the_steps_of_signing_in_for_the_first_time(world: World, visitor: Callable[..., Visitor]) -> None:
    flo = visitor(reduced_motion="reduce")
    user = make_person("Flo Ford", "flo@northlight.test", enrolled=False)
    make_member(world.practices["a"], user, Role.OWNER)
    flo.give_password(user, PASSWORD)
    assert flo.is_at("/account/second-factor/enrol/")
    assert not faults_of_page(flo)
    flo.enrol()
    assert flo.is_at("/account/recovery-codes/")
    assert not faults_of_page(flo)
    flo.press("I have kept them")
    TotpDevice.objects.filter(user=user).update(last_step=-1)  # as if half a minute had passed
    flo.context.clear_cookies()
    flo.give_password(user, PASSWORD)
    assert flo.is_at("/account/second-factor/")
    assert not faults_of_page(flo)
    flo.press("Sign in")
    assert flo.shows("There is a problem")
    assert not faults_of_page(flo)


def test_an_invitation_is_as_good_as_the_others(world: World, visitors: Callable[[str], Visitor]) -> None:
    address = invite(world.people["alice"], world.practices["a"], "gus@northlight.test")
    faults = faults_at(visitors("nobody"), address)
    assert not faults, told({address: faults})
