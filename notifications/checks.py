"""System checks of the outward side."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from breach.errors import BadInput
from notifications.delivery.printer import registered_keys


@register(Tags.security)
def printer_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """A key that print files cannot be sealed for shows at start, not on the day of printing."""
    try:
        registered_keys()
    except BadInput as refusal:
        hint = "Mend the file that TOCSIN_PRINTER_KEYS names, or unset it."
        return [Error(f"The printer's key: {refusal.message}.", hint=hint, id="tocsin.E020")]
    return []
