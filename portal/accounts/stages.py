"""The stage of signing in at which a second factor is asked for: until it is passed, nobody is signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import LoginStage
from django.http import HttpResponse
from django.shortcuts import redirect

from portal.accounts import factors


class SecondFactorStage(LoginStage):  # type: ignore[misc]
    """After the password or single sign-on, and after the address is confirmed: challenge, or enrol at first.

    `state["replaces"]` is set by a sign-in link: the person enrols anew, and then the old factors go.
    """

    key = "second_factor"
    urlname = "second_factor"

    def handle(self) -> tuple[HttpResponse, bool]:
        """Send the person to the page of this stage and wait there."""
        return redirect("second_factor_enrol" if self.must_enrol else "second_factor"), True

    @property
    def must_enrol(self) -> bool:
        """Whether this person enrols now: they have nothing yet, or the operator's link lets them replace it."""
        state: dict[str, Any] = self.state
        return bool(state.get("replaces")) or not factors.has_factor(self.login.user)
