"""All settings, from the environment. docs/operations.md lists every variable; production is the default."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.embedded import keys as embedded_keys
from portal.embedded import services
from portal.embedded.paths import home
from portal.environment import (
    REQUIRED,
    database,
    flag,
    keys,
    long_secret,
    number,
    one_of,
    read,
    site,
    words,
)

BASE_DIR = Path(__file__).resolve().parent.parent

# Where it runs ---------------------------------------------------------------------------------------------
EMBEDDED_DATABASE = not read("DATABASE_URL", str, "", "")
EMBEDDED_BROKER = not read("CELERY_BROKER_URL", str, "", "")
DEMONSTRATION = read(
    "PLUMBLINE_DEMONSTRATION",
    flag,
    EMBEDDED_DATABASE and embedded_keys.is_demonstration(),
    "Set it to 1 for the demonstration, or leave it out.",
)
_endpoints = services.endpoints() if EMBEDDED_DATABASE or EMBEDDED_BROKER else None
_kept_keys = embedded_keys.kept() if EMBEDDED_DATABASE else None
SITE_URL = read(
    "SITE_URL",
    site,
    "http://localhost:8000" if EMBEDDED_DATABASE else REQUIRED,
    "Set it to the address that people open, for example https://portal.example.com.",
)
_address = urlsplit(SITE_URL)
HTTPS = _address.scheme == "https"
if not HTTPS and _address.hostname not in ("127.0.0.1", "localhost", "::1"):
    raise ImproperlyConfigured("SITE_URL must begin with https:// for any address but this machine's own.")

# Secrets ---------------------------------------------------------------------------------------------------
SECRET_KEY = read(
    "SECRET_KEY",
    long_secret,
    _kept_keys.secret_key if _kept_keys else REQUIRED,
    "Set it to 50 random characters or more and keep it out of the repository.",
)
FIELD_KEYS = read(
    "FIELD_KEYS",
    keys,
    _kept_keys.field_keys if _kept_keys else REQUIRED,
    "Set it to k1:<base64 of 32 random bytes>; put a new key in front to rotate.",
)
ANCHOR_KEY = read(
    "ANCHOR_KEY",
    str,
    _kept_keys.anchor_key if _kept_keys else REQUIRED,
    "Set it to the base64 of 32 random bytes; it signs the daily anchor of the audit chains.",
)

# Django ----------------------------------------------------------------------------------------------------
DEBUG = False
ALLOWED_HOSTS = read("ALLOWED_HOSTS", words, [_address.hostname], "Set it to host names separated by commas.")
if DEMONSTRATION or EMBEDDED_DATABASE:
    ALLOWED_HOSTS = sorted({*ALLOWED_HOSTS, "127.0.0.1", "localhost"})
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_otp",
    "django_otp_webauthn",
    "django_htmx",
    "template_partials",
    "csp",
    "portal.tenancy",
    "portal.accounts",
    "portal.audit",
    "portal.documents",
    "portal.shell",
    "portal.outbox",
    "portal.deadlines",
    "portal.health",
    "clients.registers",
    "clients.engagements",
    "clients.workflows",
    "clients.posture",
    "clients.trust",
    "incidents.response",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.middleware.SecondFactorRequired",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.tenancy.middleware.ScopeMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.shell.context.page",
            ],
            "builtins": [
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "portal.shell.templatetags.plumbline",
            ],
        },
    }
]

# Database --------------------------------------------------------------------------------------------------
DATABASE_ROLE = read(
    "PLUMBLINE_DATABASE_ROLE",
    one_of("app", "owner"),
    "app",
    "Leave it out: manage.py sets it to owner for the commands that change the schema.",
)
DATABASE_POOL = read(
    "DATABASE_POOL", number, 8, "Set it to the most connections a process may hold, 0 for no pool."
)


def _database(url_variable: str, embedded_url: str | None) -> dict:  # type: ignore[type-arg]
    says = "Set it to postgresql://role:password@host:5432/plumbline; docs/operations.md says how to make the roles."
    default = database(embedded_url) if embedded_url else REQUIRED
    return {**read(url_variable, database, default, says), "CONN_MAX_AGE": 0}


_urls = _endpoints if EMBEDDED_DATABASE and _endpoints else None
_serving = _database("DATABASE_URL", _urls.app_url if _urls else None)
_system = _database("DATABASE_SYSTEM_URL", _urls.system_url if _urls else None)
if DATABASE_ROLE == "owner":
    _serving = _database("DATABASE_OWNER_URL", _urls.owner_url if _urls else None)
elif DATABASE_POOL:
    from portal.tenancy.backend.base import empty_scope

    _serving["OPTIONS"]["pool"] = {
        "min_size": 0,
        "max_size": DATABASE_POOL,
        "timeout": 10,
        "reset": empty_scope,
    }
DATABASES = {
    "default": {**_serving, "ENGINE": "portal.tenancy.backend"},
    "system": {**_system, "ENGINE": "portal.tenancy.backend", "TEST": {"MIRROR": "default"}},
}

# Background work -------------------------------------------------------------------------------------------
CELERY_BROKER_URL = read(
    "CELERY_BROKER_URL",
    str,
    _endpoints.broker_url if _endpoints else REQUIRED,
    "Set it to redis://… (Redis or Valkey) or amqp://… (RabbitMQ).",
)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
# Beat's loop turns at least this often and says each time that it does.
CELERY_BEAT_SCHEDULER = "portal.health.beating:BeatingScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 15
if CELERY_BROKER_URL.startswith("redis"):
    # Longer than the longest task, else the broker hands the same task out twice.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900, "unacked_restore_throttle": 1}
elif CELERY_BROKER_URL.startswith("amqp"):
    # RabbitMQ keeps the tasks on a majority of its nodes and says so before a publisher goes on.
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": read(
            "CACHE_URL",
            str,
            _endpoints.cache_url if EMBEDDED_BROKER and _endpoints else REQUIRED,
            "Set it to redis://host:6379/1: rate limits are counted there, for all web processes together.",
        ),
    }
}

# Sign-in ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _address.scheme
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_FORMS = {
    "login": "portal.accounts.forms.SignInForm",
    "signup": "portal.accounts.forms.SignUpForm",
    "reset_password": "portal.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "portal.accounts.forms.NewPasswordForm",
    "change_password": "portal.accounts.forms.ChangePasswordForm",
    "set_password": "portal.accounts.forms.SetPasswordForm",
    "add_email": "portal.accounts.forms.ChangeEmailForm",
}
ACCOUNT_RATE_LIMITS = {  # beside allauth's own; per address of the network, per person, per account that is tried
    "second_factor": "10/5m/key,60/m/ip",
    "step_up": "10/5m/user",
    "sign_in_link": "20/m/ip",
    "set_up": "20/m/ip",
    "invite": "60/h/user",
    "document_check": "30/m/ip",
    "calendar_feed": "120/h/key,300/m/ip",
    "alert_ingest": "300/m/ip",
    "alert_source": "120/m/key",
    "alert_refusal": "60/m/key",  # how many refusals a source leaves in the trail
}
SOCIALACCOUNT_ADAPTER = "portal.accounts.adapter.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
OIDC_SERVER_URL = read("OIDC_SERVER_URL", str, "", "Set it to the identity provider's issuer address.")
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if OIDC_SERVER_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "sso",
            "name": read("OIDC_NAME", str, "Single sign-on", "Set it to the words on the button."),
            "client_id": read("OIDC_CLIENT_ID", str, REQUIRED, "The identity provider names it."),
            "secret": read("OIDC_CLIENT_SECRET", str, REQUIRED, "The identity provider names it."),
            "settings": {"server_url": OIDC_SERVER_URL},
        }
    ]
PROXIES = read("PROXIES", number, 0, "Set it to the number of proxies in front of the portal.")
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
OTP_WEBAUTHN_RP_ID = _address.hostname
OTP_WEBAUTHN_RP_NAME = "Plumbline"
OTP_WEBAUTHN_ALLOWED_ORIGINS = [SITE_URL]
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
STEP_UP_SECONDS = 300

# Sessions and the browser ----------------------------------------------------------------------------------
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.shell.views.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by machines of the same network, in plain http
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

# Mail and other channels -----------------------------------------------------------------------------------
from portal.mail_settings import *  # noqa: E402, F403 - here, so that what is missing is said in this order

# Language, time, files -------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = read(
    "STATIC_ROOT", str, str(home().root / "static"), "Set it to a folder the server may write."
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Logs ------------------------------------------------------------------------------------------------------
LOG_LEVEL = read("LOG_LEVEL", one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "INFO is usual.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
    "filters": {"secret_addresses": {"()": "portal.lib.logs.WithoutSecretAddresses"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secret_addresses"]}
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Their lines hold the addresses of webhooks, which are secrets.
        "apprise": {"level": "CRITICAL", "handlers": [], "propagate": False},
        "urllib3": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "weasyprint.progress": {"level": "WARNING"},
    },
}
# Browsers allow passkeys on this machine's own address without https; the library's check does not know that.
SILENCED_SYSTEM_CHECKS: list[str] = [] if HTTPS else ["otp_webauthn.E031"]
