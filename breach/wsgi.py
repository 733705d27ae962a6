"""WSGI application of the case side; the portal has its own."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "breach.settings")
application = get_wsgi_application()
