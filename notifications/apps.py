"""Wires the outward side in: its tabs, next actions and totals appear on the case side's pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from notifications import checks, provide  # noqa: F401, PLC0415 - needs the app registry; checks register themselves

        provide.register()
