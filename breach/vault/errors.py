"""Why the vault refuses. Inside these are apart; strangers are shown one message for all of them."""

from breach.errors import TocsinError


class VaultError(TocsinError):
    """Root of everything the vault refuses."""


class WrongKey(VaultError):  # noqa: N818 - the words of the field
    """The content names a key, or wants a passphrase, that is not the one at hand."""


class Damaged(VaultError):  # noqa: N818
    """The right key was there, but bytes or context are not those that were sealed."""


class UnknownVersion(VaultError):  # noqa: N818
    """The first byte names a format that this version does not know."""


class Destroyed(VaultError):  # noqa: N818
    """The incident's key was destroyed on purpose. What it sealed is gone for good."""


class KeyExists(VaultError):  # noqa: N818
    """A key stands there already; it is never overwritten."""


class KeyMissing(VaultError):  # noqa: N818
    """No key file stands where one was expected."""


class KeyExposed(VaultError):  # noqa: N818
    """Other accounts of the machine may read the file; it is not used until that is mended."""


class TooMuchWork(VaultError):  # noqa: N818
    """A file asks for more work or memory than an honest one ever would."""
