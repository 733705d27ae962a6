"""A process that forks workers, so that hundreds can be killed without loading everything hundreds of times.

It reads lines from its standard input. "work UID" forks a worker that hands over the e-mails of a notice and prints
the worker's pid; "end" leaves. The database and the mail server are those of the test that started it.
"""

import os
import signal
import sys

import django
from django.conf import settings


def main(database: str, port: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", int(port), 5
    settings.EMAIL_USE_TLS = False
    settings.DEFAULT_FROM_EMAIL = "incident@rivage.example"
    django.setup()
    import notifications.jobs  # noqa: F401, PLC0415 - loaded before the first fork

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no farewell
    for line in sys.stdin:
        word, _space, uid = line.strip().partition(" ")
        if word == "end":
            return
        pid = os.fork()
        if not pid:
            work(uid)
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def work(uid: str) -> None:
    from breach import clock  # noqa: PLC0415
    from notifications.delivery.outbox import send_some, transport_for  # noqa: PLC0415
    from notifications.models import Notice  # noqa: PLC0415

    notice = Notice.objects.select_related("incident", "party").get(uid=uid)
    transport = transport_for(notice.incident)
    while send_some(notice=notice, transport=transport, now=clock.now(), limit=20).total:
        pass
    transport.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
