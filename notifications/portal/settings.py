"""Settings of the public process: the case side's database, but no sessions, accounts or cookies."""

import secrets

from breach.settings import (  # noqa: F401 - Django reads them from here
    AUTH_USER_MODEL,
    BASE_DIR,
    DATA,
    DATABASES,
    DEFAULT_AUTO_FIELD,
    LANGUAGE_CODE,
    LOGGING,
    SECURE_CONTENT_TYPE_NOSNIFF,
    SECURE_HSTS_INCLUDE_SUBDOMAINS,
    SECURE_HSTS_PRELOAD,
    SECURE_HSTS_SECONDS,
    SECURE_PROXY_SSL_HEADER,
    SECURE_SSL_REDIRECT,
    SERVED,
    TIME_ZONE,
    TOCSIN_KEYS,
    TOCSIN_MODE,
    USE_TZ,
    X_FRAME_OPTIONS,
    env,
)

DEBUG = False
# Nothing is signed here that has to outlive the process.
SECRET_KEY = secrets.token_urlsafe(64)
ALLOWED_HOSTS = env.list("TOCSIN_PORTAL_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
TOCSIN_PORTAL_KEY = env.str("TOCSIN_PORTAL_KEY", default="")
TOCSIN_BEHIND_PROXY = env.bool("TOCSIN_BEHIND_PROXY", default=False)

# Models need their applications; none of them brings a page, a session or a login here.
INSTALLED_APPS = [
    "breach.apps.BreachConfig",
    "notifications.apps.NotificationsConfig",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "notifications.portal.urls"
WSGI_APPLICATION = "notifications.portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"context_processors": []},
    },
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}
# Nobody is signed in here, so a foreign form could use nothing of anybody's.
SILENCED_SYSTEM_CHECKS = ["security.W003"]
SECURE_REFERRER_POLICY = "no-referrer"
USE_I18N = False  # its words are data in five languages (words.toml), not the interface's catalogue
DATA_UPLOAD_MAX_MEMORY_SIZE = 4096
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
FILE_UPLOAD_HANDLERS: list[str] = []
# Only its own two files: the case side's scripts and pictures tell what runs here.
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "notifications" / "portal" / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True
