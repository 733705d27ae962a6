"""Wires the case side together at start."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BreachConfig(AppConfig):
    name = "breach"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from breach import checks  # noqa: F401, PLC0415 - registers the system checks
        from breach.ledger import triggers  # noqa: PLC0415 - needs the app registry

        triggers.connect()
