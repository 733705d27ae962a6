"""WSGI application of the public process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "notifications.portal.settings"
application = get_wsgi_application()
