"""Wires the case side together at start."""

from typing import TYPE_CHECKING

from django.apps import AppConfig, apps
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from breach.models import Approval


def _exports_url(approval: "Approval") -> str:
    return reverse("people-exports", args=[approval.incident.uid])


class BreachConfig(AppConfig):
    name = "breach"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from breach import checks, providers  # noqa: F401, PLC0415 - registers the system checks; needs the registry
        from breach.ledger import triggers  # noqa: PLC0415 - needs the app registry

        triggers.connect()
        providers.register_subject_url("export", _exports_url)
        if apps.is_installed("allauth.mfa"):  # the public process has no accounts
            from breach import sign_in_signals  # noqa: F401, PLC0415 - needs the app registry
