"""Django's settings, derived from `environment`. Order: what we are, data, who, pages, safety, jobs, mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from groundswell.config.database import database_settings
from groundswell.config.email_services import mailbox_of
from groundswell.config.environment import DEFAULT_SECRET_KEY, SHORTEST_SECRET_KEY, environment
from groundswell.config.mail import mail_settings

__all__ = ["NONCE"]

ENV = environment()
PACKAGE = Path(__file__).resolve().parent.parent
DATA_DIR = ENV.data_dir.resolve()

DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key
DEMO = ENV.demo
if SECRET_KEY == DEFAULT_SECRET_KEY and not DEBUG:
    raise ImproperlyConfigured(
        "GROUNDSWELL_SECRET_KEY is not set. Sessions and links would be signed with a key that everyone knows. "
        "Make one with `groundswell doctor --keep-new-secret`, which puts it into the data folder; or set one made with "
        "`groundswell doctor --new-secret` in the environment, and keep it safe."
    )
if len(SECRET_KEY) < SHORTEST_SECRET_KEY and not DEBUG:
    raise ImproperlyConfigured(
        f"GROUNDSWELL_SECRET_KEY has only {len(SECRET_KEY)} characters and could be guessed; it must have at least "
        f"{SHORTEST_SECRET_KEY}. `groundswell doctor --new-secret` makes one."
    )

PUBLIC_URL = ENV.public_url
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = [h.strip() for h in ENV.allowed_hosts.split(",") if h.strip()] + [
    _public.hostname or "localhost",
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
_https = _public.scheme == "https"

INSTALLED_APPS = [
    "groundswell.web",
    "groundswell.insight",
    "groundswell.phonebank",
    "groundswell.textbank",
    "groundswell.events",
    "groundswell.joining",
    "groundswell.surveys",
    "groundswell.flows",
    "groundswell.messaging",
    "groundswell.campaigns",
    "groundswell.compliance",
    "groundswell.people",
    "groundswell.places",
    "groundswell.accounts",
    "groundswell.config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "lucide",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "groundswell.config.content_policy.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "groundswell.accounts.middleware.AccessMiddleware",
    "groundswell.web.middleware.KindRefusalMiddleware",
]

ROOT_URLCONF = "groundswell.config.urls"
WSGI_APPLICATION = "groundswell.config.wsgi.application"

DATABASES: dict[str, dict[str, Any]] = {"default": database_settings(ENV)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

# A session without a row: a caller's cycle costs no session query (docs/benchmarks.md). What must be revocable at
# once is checked in the database, in the claim itself; what must stay secret (a sign-in code sent) stays in the database.
SESSION_ENGINE = "groundswell.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "groundswell.web.context_processors.frame",
            ],
        },
    }
]
FORM_RENDERER = "groundswell.web.forms.FormRenderer"

LANGUAGE_CODE = ENV.language
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
# Offered is what has been translated (docs/translating.md): a page must not say it is Welsh and be English.
LANGUAGES = [("en-gb", "English")] + [
    (code, name)
    for code, name in [("cy", "Cymraeg"), ("gd", "Gàidhlig"), ("ga", "Gaeilge")]
    if (LOCALE_PATHS[0] / code / "LC_MESSAGES" / "django.mo").exists()
]
TIME_ZONE = ENV.time_zone
USE_I18N = USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Uploaded registers are personal data: never below STATIC_ROOT, never served.
MEDIA_ROOT = DATA_DIR / "uploads"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# In the process; what must be one count for all processes (failed sign-ins) goes to "shared", see accounts/rate_limits.py.
CACHES = {
    # Room for what is known of each caller of a large evening: beyond Django's own 300 entries the oldest are dropped, and
    # every one of two thousand phones would cost a query again with each look.
    "default": {"BACKEND": "groundswell.accounts.rate_limits.LocalCache", "OPTIONS": {"MAX_ENTRIES": 20_000}},
    "shared": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_ratelimit",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

vars().update(mail_settings(ENV, DATA_DIR))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.from_email
EMAIL_SERVICE = ENV.email_service.name if ENV.email_service is not None else ""
ANYMAIL = ENV.email_service.anymail if ENV.email_service is not None else {}
BOUNCE_ADDRESS, BOUNCE_MAILBOX = ENV.bounce_address, mailbox_of(ENV.bounce_mailbox)

# Texts: who carries them. Without either, none go out (but for the demo's, which stay on its simulator page).
TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN = ENV.twilio_account_sid, ENV.twilio_auth_token
TWILIO_URL = "https://api.twilio.com"
SMS_GATEWAY = ENV.sms_http
SMPP = ENV.smpp

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Closed (adapters.py); that a password is among them is what puts one on the sign-in form.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_ADAPTER = "groundswell.accounts.adapters.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 2
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Lock out after repeated failures (rule X1): an account for a quarter of an hour, an address for a minute.
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,5/15m/key", "request_login_code": "30/m/ip,5/15m/key"}
# With https a web server stands in front, and all come from its address: who they are it says in X-Forwarded-For, or one
# evening's volunteers would lock each other out.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if _https else 0
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "groundswell.accounts.forms.PasskeyForm"}
MFA_TOTP_ISSUER = "Groundswell"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _https

PROCRASTINATE_ON_APP_READY = "groundswell.config.jobs.on_app_ready"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"refusals": {"()": "groundswell.config.logs.RefusalsInOneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["refusals"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
