"""Where a person is signed in: the list, and ending entries of it. Kept by allauth.usersessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession

from portal.accounts.actions import note
from portal.accounts.models import User

# The first match wins: Edge and Opera also say Chrome, Chrome also says Safari.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class SignedIn:
    """One place where a person is signed in."""

    pk: int
    device: str
    address: str
    since: datetime
    is_current: bool


def device_words(user_agent: str) -> str:
    """Say in words what a browser calls itself: "Firefox on Windows"."""
    browser = next((words for mark, words in BROWSERS.items() if mark in user_agent), "")
    system = next((words for mark, words in SYSTEMS.items() if mark in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown device"


def signed_in(user: User) -> list[SignedIn]:
    """List where the person is signed in, this place first, then the newest. Forgets what has ended."""
    found = [
        SignedIn(each.pk, device_words(each.user_agent), each.ip, each.created_at, each.is_current())
        for each in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda each: (not each.is_current, -each.since.timestamp()))


def end_session(*, by: User, pk: int) -> bool:
    """End one of the person's other sessions. Tells whether there was such a one."""
    session = UserSession.objects.filter(user=by, pk=pk).first()
    if session is None or session.is_current():
        return False
    session.end()
    note(by, "session.end", details={"how": "ended from another session", "sessions": 1})
    return True


def end_other_sessions(*, by: User) -> int:
    """End all of the person's sessions but the present one. Gives how many there were."""
    others = [each for each in UserSession.objects.purge_and_list(by) if not each.is_current()]
    for session in others:
        session.end()
    if others:
        note(by, "session.end", details={"how": "ended from another session", "sessions": len(others)})
    return len(others)
