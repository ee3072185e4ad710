"""What the trail calls this room's events. Where nobody is proven to have done it, the portal itself is the doer."""

from __future__ import annotations

from portal.audit import presenters

PHRASES = {
    "session.start": "signed in",
    "session.end": "ended a session",
    "sign_in.refused": "refused a wrong password",
    "sign_in.lock": "locked the sign-in after too many wrong passwords",
    "second_factor.refused": "refused a second factor",
    "second_factor.lock": "broke off a sign-in after too many wrong codes",
    "recovery_code.use": "used a recovery code",
    "recovery_codes.renew": "made new recovery codes",
    "device.add": "added a second factor",
    "device.rename": "renamed a second factor",
    "device.remove": "removed a second factor",
    "password.change": "set a new password",
    "email.change": "changed their address",
    "account.rename": "changed their name",
    "single_sign_on.connect": "connected single sign-on",
    "single_sign_on.disconnect": "disconnected single sign-on",
    "sign_in_link.issue": "issued a sign-in link",
    "sign_in_link.use": "used a sign-in link",
    "invitation.refused": "refused an invitation",
}


def register() -> None:
    """Name the room's events and rows."""
    for name, phrase in PHRASES.items():
        presenters.register_action(name, phrase)
    presenters.register(table="Account", noun="account")
    presenters.register(table="Invitation", noun="invitation")
    presenters.register(
        table="accounts_invitation",
        noun="invitation",
        columns={
            "email": "address",
            "role": ("role", lambda value: str(value).replace("_", " ")),
            "until_at": "until",
            "expires_at": "good until",
            "invited_by_id": "invited by",
            "token_hash": "link",
        },
    )
