"""What leaves as a spreadsheet must not run in one."""

STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """Return `text` so that no spreadsheet program takes it for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(STARTS) else text
