"""HTML to tagged PDF (PDF/UA-1) for filings and reports, with nothing but packaged files.

The renderer never reaches a network or the machine's own files: every address goes through `PackagedFiles`,
which answers for the shipped fonts and refuses the rest. Letters have their own, faster renderer.
"""

from __future__ import annotations

import functools
import importlib
import io
from pathlib import Path
from types import ModuleType
from typing import Any

import pikepdf
from django.utils.html import escape
from fontTools.ttLib import TTFont

from breach.errors import BadInput

FONTS = Path(__file__).parent / "fonts"
STYLE = Path(__file__).parent / "paper.css"
SCHEME = "packaged:"
FONT_TYPES = {".ttf": "font/ttf", ".otf": "font/otf"}
# What WeasyPrint loads by name at import, and the Debian package that brings it.
SYSTEM_LIBRARIES = {
    "gobject": "libglib2.0-0",
    "pangoft2": "libpangoft2-1.0-0",
    "pango": "libpango-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
    "harfbuzz": "libharfbuzz0b",
    "fontconfig": "libfontconfig1",
}


def renderer() -> ModuleType:
    """Return the weasyprint module.

    Raises BadInput naming the Debian package when one of the system libraries it loads is missing.
    """
    try:
        return importlib.import_module("weasyprint")
    except OSError as missing:
        text = str(missing)
        package = next((deb for name, deb in SYSTEM_LIBRARIES.items() if name in text), "libpango-1.0-0")
        raise BadInput(
            "a system library for making PDF files is missing",
            place="WeasyPrint",
            mend=f"Install the Debian package {package} (apt-get install {package})",
            code="missing_library",
        ) from missing


def render_pdf(body: str, *, title: str, language: str, author: str = "", style: str = "") -> bytes:
    """Lay out the HTML fragment `body` and return a tagged PDF/UA-1 file.

    `language` is a BCP 47 tag; it and `title` go into the document's properties, as accessibility asks.
    `style` is added after the common paper style. Raises BadInput for a missing system library, ValueError
    when the page asks for anything that is not packaged.
    """
    weasyprint = renderer()
    fetcher = packaged_files(weasyprint)
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    if author:
        head += f'<meta name="author" content="{escape(author)}">'
    page = f'<!doctype html><html lang="{escape(language)}"><head>{head}</head><body>{body}</body></html>'
    fonts = weasyprint.text.fonts.FontConfiguration()
    try:
        sheets = [
            weasyprint.CSS(string=sheet, url_fetcher=fetcher, font_config=fonts, base_url=SCHEME)
            for sheet in (font_faces(), STYLE.read_text("utf-8"), style)
            if sheet
        ]
        document = weasyprint.HTML(string=page, url_fetcher=fetcher, base_url=SCHEME)
        pdf: bytes = document.write_pdf(stylesheets=sheets, font_config=fonts, pdf_variant="pdf/ua-1")
    except weasyprint.urls.FatalURLFetchingError as refused:
        # It descends from BaseException so that WeasyPrint lets it through; callers expect an Exception.
        raise ValueError(str(refused)) from None
    return pdf


def packaged_files(weasyprint: ModuleType) -> Any:
    """Return an address fetcher that knows the packaged fonts and data: addresses, and refuses all else."""

    class PackagedFiles(weasyprint.urls.URLFetcher):  # type: ignore[misc, name-defined]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            path = FONTS / url.removeprefix(SCHEME)
            is_font = path.parent == FONTS and path.suffix in FONT_TYPES
            if url.startswith(SCHEME) and is_font and path.is_file():
                kind = {"Content-Type": FONT_TYPES[path.suffix]}
                return weasyprint.urls.URLFetcherResponse(url, path.read_bytes(), kind)
            message = f"{url} is not a packaged file, and nothing else is fetched"
            raise weasyprint.urls.FatalURLFetchingError(message)

    return PackagedFiles()


@functools.cache
def font_faces() -> str:
    """Return the @font-face rules of every shipped font under its own family name."""
    rules = []
    for path in sorted(FONTS.glob("*.[to]tf")):
        with TTFont(path, lazy=True) as font:
            family = font["name"].getBestFamilyName()
            slope = "italic" if font["post"].italicAngle else "normal"
            weight = font["OS/2"].usWeightClass
        rules.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {slope}; '
            f'src: url("{SCHEME}{path.name}"); }}'
        )
    return "\n".join(rules)


def encrypt(pdf: bytes, *, passphrase: str) -> bytes:
    """Return the PDF under AES-256 (ISO 32000-2, revision 6). Screen readers may still read it.

    An encrypted file is no PDF/A. The owner's passphrase equals the reader's: no right is sold separately.
    """
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(
            out,
            encryption=pikepdf.Encryption(
                user=passphrase,
                owner=passphrase,
                R=6,
                allow=pikepdf.Permissions(accessibility=True),
                metadata=True,
            ),
        )
    return out.getvalue()
