"""Wires the case side together at start."""

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class BreachConfig(AppConfig):
    name = "breach"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from breach import checks  # noqa: F401, PLC0415 - registers the system checks
        from breach.ledger import triggers  # noqa: PLC0415 - needs the app registry

        triggers.connect()
        if apps.is_installed("allauth.mfa"):  # the public process has no accounts
            from breach import sign_in_signals  # noqa: F401, PLC0415 - needs the app registry
