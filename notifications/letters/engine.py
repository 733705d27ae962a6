"""WeasyPrint, loaded when it is first needed, with a fetcher that knows only what the package ships."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from breach.errors import BadInput
from notifications.letters import fonts

_LIBRARIES = {
    "pangoft2": "libpangoft2-1.0-0",
    "pango": "libpango-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
    "harfbuzz": "libharfbuzz0b",
    "fontconfig": "libfontconfig1",
    "gobject": "libglib2.0-0",
}
"""Part of the error message -> Debian package that mends it; the longer names first."""


@cache
def weasyprint() -> ModuleType:
    """The layout engine. Raises BadInput naming the Debian package when a system library is missing."""
    try:
        import weasyprint  # noqa: PLC0415 - loads system libraries; their absence is an answer, not a crash at start
    except OSError as error:
        raise missing_library(str(error)) from None
    return weasyprint  # type: ignore[no-any-return]


def missing_library(message: str) -> BadInput:
    package = next((package for part, package in _LIBRARIES.items() if part in message), "libpango-1.0-0")
    return BadInput(
        "letters cannot be laid out: a system library for WeasyPrint is missing",
        mend=f"Install the Debian package {package}.",
        code="missing_library",
    )


@cache
def refusal() -> type[BaseException]:
    """What the fetcher raises. Fatal in the engine's own terms, so that it does not go on without the
    resource.
    """
    weasyprint()
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415 - as above

    class RefusedError(FatalURLFetchingError):  # type: ignore[misc]
        pass

    return RefusedError


def fetcher(own: Mapping[str, tuple[str, bytes]]) -> Callable[..., Any]:
    """A fetcher of the shipped fonts ("letter:<file>") and of the pictures in `own` (media type, content);
    all else is refused.
    """
    answer = weasyprint().urls.URLFetcherResponse
    shipped = {f"letter:{name}": name for name in (fonts.MAIN, fonts.BOLD, *fonts.FURTHER)}

    def fetch(url: str, **_: Any) -> Any:
        if url in own:
            media_type, content = own[url]
            return answer(url, content, {"Content-Type": media_type})
        if url in shipped:
            return answer(url, (fonts.FOLDER / shipped[url]).read_bytes(), {"Content-Type": "font/ttf"})
        raise refusal()(url)

    return fetch


def font_configuration() -> Any:
    weasyprint()
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - as above

    return FontConfiguration()
