"""The public process starts by itself and carries nothing of accounts or sessions."""

import json
import os
import subprocess
import sys

SCRIPT = """
import json
from notifications.portal.wsgi import application
from django.conf import settings
from django.test import RequestFactory
from django.core.management import call_command
call_command("check", fail_level="ERROR")
told = {}
def start(status, headers): told.update(status=status, headers=dict(headers))
environ = RequestFactory().get("/", headers={"host": "localhost", "accept-language": "nl"}).environ
body = b"".join(application(environ, start)).decode()
apps, middleware = settings.INSTALLED_APPS, settings.MIDDLEWARE
print(json.dumps({
    "status": told["status"],
    "cookie": told["headers"].get("Set-Cookie"),
    "dutch": "Is deze brief echt?" in body,
    "strange": [name for name in apps + middleware if "auth" in name or "session" in name or "csrf" in name],
}))
"""


def test_it_starts_by_itself_without_accounts_and_sessions() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "breach.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "status": "200 OK",
        "cookie": None,
        "dutch": True,
        "strange": [],
    }
