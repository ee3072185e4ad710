"""The accounts room's models, one file a noun."""

from portal.accounts.models.devices import DemonstrationDevice, RecoveryCode, RecoveryDevice, TotpDevice
from portal.accounts.models.invitation import Invitation
from portal.accounts.models.links import SetUpLink, SignInLink
from portal.accounts.models.user import User, UserManager

__all__ = [
    "DemonstrationDevice",
    "Invitation",
    "RecoveryCode",
    "RecoveryDevice",
    "SetUpLink",
    "SignInLink",
    "TotpDevice",
    "User",
    "UserManager",
]
