"""Secrets that people carry by hand."""

import secrets

# Crockford's base 32: no I, L, O or U, which are misread over the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_passphrase(groups: int = 5) -> str:
    """Return groups of five letters and digits, 25 bits each, for an AES-256 PDF handed over by another way.

    Five groups are 125 bits. Fewer than three are refused.
    """
    if groups < 3:  # noqa: PLR2004 - below 75 bits guessing becomes thinkable
        raise ValueError("a passphrase has at least three groups")
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(groups))
