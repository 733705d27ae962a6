"""Reasons for refusing. One exception per reason that a caller would answer differently."""


class TocsinError(Exception):
    """Root of the refusals below; outsiders see its text, so it never carries personal data."""


class BadInput(TocsinError):  # noqa: N818 - the field says "bad input", and so do the pages
    """Input from outside does not fit. Nothing of it was kept.

    `place` names file, row, column, key or line; `mend` says what to do about it.
    """

    def __init__(self, message: str, *, place: str = "", mend: str = "", code: str = "bad_input") -> None:
        self.message, self.place, self.mend, self.code = message, place, mend, code
        super().__init__(message)

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text.rstrip('.')}. {self.mend}" if self.mend else text


class Forbidden(TocsinError):  # noqa: N818
    """The actor may not do this, here."""


class Conflict(TocsinError):  # noqa: N818
    """The state moved on: a digest, a version or a step does not fit what is stored now."""


class FreshFactorNeeded(Exception):  # noqa: N818 - no refusal: the edge asks for the factor and repeats the request
    """The actor may do this, and has to show a second factor again first. Nothing was changed."""
