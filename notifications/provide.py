"""What the outward side adds to the incident room."""


def register() -> None:
    """Register tabs, next actions and totals with breach/providers.py."""
