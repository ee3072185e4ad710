"""The tables that belong to no practice, each with the reason. A table that is neither here nor protected fails."""

SIGN_IN = "a person signs in before any practice is known"
FRAMEWORK = "holds nothing of a client: the framework's own"

GLOBAL_TABLES = {
    "accounts_demonstrationdevice": SIGN_IN,
    "accounts_recoverycode": SIGN_IN,
    "accounts_recoverydevice": SIGN_IN,
    "accounts_setuplink": "leads to the first practice, which is not there yet",
    "accounts_signinlink": SIGN_IN,
    "accounts_totpdevice": SIGN_IN,
    "accounts_user": SIGN_IN,
    "account_emailaddress": SIGN_IN,
    "account_emailconfirmation": SIGN_IN,
    "auth_group": FRAMEWORK,
    "auth_group_permissions": FRAMEWORK,
    "auth_permission": FRAMEWORK,
    "django_content_type": FRAMEWORK,
    "django_migrations": FRAMEWORK,
    "documents_documentfingerprint": "anyone may check a fingerprint; it names the practice and the number, no client",
    "django_otp_webauthn_webauthnattestation": SIGN_IN,
    "django_otp_webauthn_webauthncredential": SIGN_IN,
    "django_otp_webauthn_webauthnuserhandle": SIGN_IN,
    "django_session": SIGN_IN,
    "health_heartbeat": "the machinery works for all practices; holds host names, nothing of a client",
    "socialaccount_socialaccount": SIGN_IN,
    "socialaccount_socialapp": SIGN_IN,
    "socialaccount_socialtoken": SIGN_IN,
    "usersessions_usersession": SIGN_IN,
}
