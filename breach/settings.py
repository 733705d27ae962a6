"""Composition root: every setting, typed, read once, loud when it does not fit.

Two modes share one code. `embedded` (default) keeps everything in one data folder on one machine; `served`
takes PostgreSQL and Redis from the environment. Unsafe combinations are system checks (breach/checks.py).
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from breach.datafolder import DataFolder, private_folder

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

TOCSIN_MODE = env.str("TOCSIN_MODE", default="embedded")
if TOCSIN_MODE not in ("embedded", "served"):
    raise ImproperlyConfigured(f"TOCSIN_MODE is {TOCSIN_MODE!r}. Set it to 'embedded' or 'served'.")
SERVED = TOCSIN_MODE == "served"

TOCSIN_DATA = Path(env.str("TOCSIN_DATA", default=str(BASE_DIR / "var"))).resolve()
DATA = DataFolder(TOCSIN_DATA)
# Keys live apart from database and files, so that a copy of either is worth nothing alone.
TOCSIN_KEYS = Path(env.str("TOCSIN_KEYS", default=str(TOCSIN_DATA / "keys"))).resolve()
TOCSIN_KEYRING_PASSPHRASE = env.str("TOCSIN_KEYRING_PASSPHRASE", default="") or None

DEBUG = env.bool("TOCSIN_DEBUG", default=False)
SECRET_KEY = env.str("TOCSIN_SECRET_KEY", default="") or DATA.secret_key(TOCSIN_KEYS)
ALLOWED_HOSTS = env.list("TOCSIN_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("TOCSIN_ORIGINS", default=[])
# Addresses printed in letters and mails. Both belong to the organisation.
TOCSIN_BASE_URL = env.str("TOCSIN_BASE_URL", default="http://localhost:8000")
TOCSIN_PORTAL_URL = env.str("TOCSIN_PORTAL_URL", default="http://localhost:8001")
# File with the printer's public keys (age recipients): print files leave sealed for them.
TOCSIN_PRINTER_KEYS = env.str("TOCSIN_PRINTER_KEYS", default="")
# Key of the public page, hexadecimal; empty: a file beside the keyring.
TOCSIN_PORTAL_KEY = env.str("TOCSIN_PORTAL_KEY", default="")

INSTALLED_APPS = [
    "breach.apps.BreachConfig",
    "notifications.apps.NotificationsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_rq",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "breach.middleware.OriginOfSameOrigin",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "breach.middleware.SessionLimits",
    "breach.middleware.SignedInByDefault",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "breach.middleware.FreshFactor",
    "breach.middleware.Refusals",
    "breach.middleware.OneLook",
]
ROOT_URLCONF = "breach.urls"
WSGI_APPLICATION = "breach.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "breach.views.clocks.board_link",
            ],
        },
    },
]

# --- database --------------------------------------------------------------------------------------------
SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": str(DATA.database),
    "ATOMIC_REQUESTS": False,
    "OPTIONS": {
        # A deferred transaction that reads first and writes later fails at once when another writer came between.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # recursive_triggers: without it INSERT OR REPLACE passes the ledger's DELETE trigger.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
            # 32 MB (in KiB): with SQLite's own 2 MB the indexes of a large load are read and written over and over.
            "PRAGMA cache_size=-32768;"
        ),
    },
}
DATABASE_URL = env.str("DATABASE_URL", default="")
DATABASES: dict[str, Any] = {"default": env.db_url("DATABASE_URL") if DATABASE_URL else SQLITE}
if DATABASE_URL:
    DATABASES["default"].update({"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False})
elif SERVED:
    raise ImproperlyConfigured(
        "Served mode needs DATABASE_URL (postgres://…). Set it, or use TOCSIN_MODE=embedded."
    )
else:
    # A queue test runs worker processes against a file, never against memory.
    SQLITE["TEST"] = {"NAME": str(DATA.root / "db" / f"test-{os.getpid()}.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- queue -----------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
if SERVED and not REDIS_URL:
    raise ImproperlyConfigured(
        "Served mode needs REDIS_URL (redis://… or unix://…). Set it, or use TOCSIN_MODE=embedded."
    )
RQ_QUEUES = {"default": {"URL": REDIS_URL or f"unix://{DATA.redis_socket}?db=0", "DEFAULT_TIMEOUT": 3600}}
RQ = {
    "JOB_CLASS": "breach.jobs.NamedJob",
    "WORKER_CLASS": "breach.jobs.ReadyWorker",
    "COMMIT_MODE": "on_db_commit",
}
RQ_SHOW_ADMIN_LINK = False
# Modules that register jobs by name; a worker imports them and runs nothing else.
TOCSIN_JOB_MODULES = ["breach.intake_jobs", "breach.sweeps", "notifications.jobs"]

# --- who may come in -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "breach.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "breach.passwords.NotOurOwnWords"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "breach.accounts.InvitationOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an administrator, who knows the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = {"reset_password": "breach.forms.accounts.ResetPasswordForm"}
# Per address and per account; breach/services/sign_in.py locks an account after more of them.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key", "reset_password": "10/h/ip,3/h/key"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
MFA_ADAPTER = "breach.accounts.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Tocsin"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones are half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SERVED  # passkeys work on http://localhost, nowhere else without TLS
# "required": nobody gets past setting one up; "offered": asked of those who have one.
TOCSIN_SECOND_FACTOR = env.str("TOCSIN_SECOND_FACTOR", default="required" if SERVED else "offered")
if TOCSIN_SECOND_FACTOR not in ("required", "offered"):
    raise ImproperlyConfigured(
        f"TOCSIN_SECOND_FACTOR is {TOCSIN_SECOND_FACTOR!r}. Set it to 'required' or 'offered'."
    )
TOCSIN_IDLE_MINUTES = env.int("TOCSIN_IDLE_MINUTES", default=60)
TOCSIN_SESSION_HOURS = env.int("TOCSIN_SESSION_HOURS", default=12)
# A client that was told and has not confirmed it after so many hours is looked into.
TOCSIN_ACKNOWLEDGE_HOURS = env.int("TOCSIN_ACKNOWLEDGE_HOURS", default=24)
# Sign-in by the house's own identity provider, for accounts that exist.
TOCSIN_OIDC_ISSUER = env.str("TOCSIN_OIDC_ISSUER", default="")
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_ADAPTER = "breach.accounts.InvitationOnlySocial"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if TOCSIN_OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "house",
            "name": env.str("TOCSIN_OIDC_NAME", default="Single sign-on"),
            "client_id": env.str("TOCSIN_OIDC_CLIENT"),
            "secret": env.str("TOCSIN_OIDC_SECRET"),
            "settings": {"server_url": TOCSIN_OIDC_ISSUER},
        }
    )
USERSESSIONS_TRACK_ACTIVITY = False
# allauth counts its limits in the cache: this one is a table, so that they hold over processes and restarts.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "counted_limits",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

# --- cookies, headers ------------------------------------------------------------------------------------
SESSION_COOKIE_NAME = "tocsin"
SESSION_COOKIE_HTTPONLY = True
# Strict: who follows a link from a mail is sent once through a page of ours (breach/middleware.py).
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = TOCSIN_SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "breach.views.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SERVED
SECURE_HSTS_SECONDS = 365 * 86400 if SERVED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SERVED
BEHIND_PROXY = env.bool("TOCSIN_BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Limits per address count the last one that the proxy named: a client may write others before it.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
# Pages of an incident and of accounts say no-referrer themselves (breach/middleware.py).
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    },
}
if TOCSIN_OIDC_ISSUER:
    # The button of single sign-on is a form that is sent on to the provider.
    _issuer = urlsplit(TOCSIN_OIDC_ISSUER)
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(f"{_issuer.scheme}://{_issuer.netloc}")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
TOCSIN_MAX_UPLOAD = env.int("TOCSIN_MAX_UPLOAD", default=2 * 1024**3)
# Nothing of an upload may lie on disk in clear: it is sealed while it streams in.
FILE_UPLOAD_HANDLERS = ["breach.uploads.SealingUploadHandler"]

# --- language, time --------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "tocsin_language"
LANGUAGE_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = SERVED
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files -----------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = private_folder(Path(env.str("TOCSIN_STATIC", default=str(DATA.root / "static"))))
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA.files)},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if SERVED
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
WHITENOISE_USE_FINDERS = not SERVED

# --- mail ------------------------------------------------------------------------------------------------
EMAIL_BACKEND = env.str("TOCSIN_EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.str("TOCSIN_SMTP_HOST", default="127.0.0.1")
EMAIL_PORT = env.int("TOCSIN_SMTP_PORT", default=1025)
EMAIL_HOST_USER = env.str("TOCSIN_SMTP_USER", default="")
EMAIL_HOST_PASSWORD = env.str("TOCSIN_SMTP_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("TOCSIN_SMTP_STARTTLS", default=SERVED)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("TOCSIN_FROM", default="incident@localhost")
# Mailbox that bounces come back to; empty: bounce@ the sender's domain.
TOCSIN_BOUNCE_ADDRESS = env.str("TOCSIN_BOUNCE_ADDRESS", default="")
# Hand-overs by e-mail that may begin within a minute; 0: as fast as the server takes them.
TOCSIN_MAIL_PER_MINUTE = env.int("TOCSIN_MAIL_PER_MINUTE", default=0)
# Where bounces are collected from; no host: a mail server pipes them in.
TOCSIN_IMAP_HOST = env.str("TOCSIN_IMAP_HOST", default="")
TOCSIN_IMAP_PORT = env.int("TOCSIN_IMAP_PORT", default=993)
TOCSIN_IMAP_USER = env.str("TOCSIN_IMAP_USER", default="")
TOCSIN_IMAP_PASSWORD = env.str("TOCSIN_IMAP_PASSWORD", default="")
TOCSIN_IMAP_FOLDER = env.str("TOCSIN_IMAP_FOLDER", default="INBOX")

# --- pages -----------------------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5.html"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- logs: ids only, never a query string or a request body ----------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "breach.logs.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": env.str("TOCSIN_LOG_LEVEL", default="WARNING")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # Emits a person's name when a subset font lacks a glyph; letters check that themselves.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
