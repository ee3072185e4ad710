"""The part of the settings about mail and other channels, from the environment; `settings` takes it over by name."""

import environ

from portal.environment import REQUIRED, beginning_with, dotted, read, with_number, words

_embedded = not read("DATABASE_URL", str, "", "")
_provider = read(
    "EMAIL_BACKEND",
    dotted,
    "",
    "Set it to a backend of django-anymail, for example anymail.backends.postmark.EmailBackend, or leave it out.",
)
_mail = read(
    "EMAIL_URL",
    environ.Env.email_url_config,
    {"EMAIL_BACKEND": _provider or "django.core.mail.backends.console.EmailBackend"}
    if _provider or _embedded
    else REQUIRED,
    "Set it to smtp+tls://user:password@host:587; the user's @ is written %40.",
)
EMAIL_BACKEND = _provider or _mail["EMAIL_BACKEND"]
ANYMAIL = beginning_with("ANYMAIL_")  # ANYMAIL_POSTMARK_SERVER_TOKEN and the like, as the provider names them
EMAIL_HOST, EMAIL_PORT = _mail.get("EMAIL_HOST") or "", _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
    _mail.get("EMAIL_HOST_USER") or "",
    _mail.get("EMAIL_HOST_PASSWORD") or "",
)
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = read(
    "DEFAULT_FROM_EMAIL",
    str,
    "portal@localhost" if _embedded else REQUIRED,
    "Set it to the address that the portal's mail comes from.",
)

SMS_PROVIDER_URL = read(
    "SMS_PROVIDER_URL",
    with_number,
    "",
    "Set it to an address of apprise with {number} where the telephone number belongs, or leave it out.",
)
OUTBOX_PRIVATE_HOSTS = read(
    "OUTBOX_PRIVATE_HOSTS",
    words,
    [],
    "Set it to the host names in your own network that webhooks may lead to, separated by commas.",
)
OUTBOX_CA_FILE = read(
    "OUTBOX_CA_FILE", str, "", "Set it to the file of the authority that signs those hosts' certificates."
)
