"""Letters as they will be, for the drafter and the approver: composed and rendered by the same code that
sends them.
"""

import dataclasses
import datetime as dt

from notifications.letters.compose import compose
from notifications.letters.emailing import render_email
from notifications.letters.render import render_pdf
from notifications.letters.values import NEXT_OF_KIN, EmailValue, Letter, NoticeContent, Recipient

# Nobody's: what a preview shows where the person will stand. The code fails its own check.
SAMPLE_CODE, SAMPLE_REFERENCE = "XXXXX-XXXXX-XXXX", "XXXX-XXXX-XXXX"
SAMPLE_ADDRESSES = {
    "FR": (("12 rue des Exemples",), "75011", "PARIS"),
    "DE": (("Musterstraße 1",), "10115", "Berlin"),
    "BE": (("Voorbeeldstraat 1",), "1000", "Brussel"),
    "ES": (("Calle del Ejemplo 1",), "28001", "Madrid"),
    "NL": (("Voorbeeldlaan 1",), "1012 AB", "Amsterdam"),
    "IT": (("Via degli Esempi 1",), "00184", "ROMA"),
    "PL": (("ul. Przykładowa 1",), "00-001", "WARSZAWA"),
    "PT": (("Rua do Exemplo 1",), "1100-001", "LISBOA"),
    "GB": (("1 Example Street",), "SW1A 1AA", "LONDON"),
    "US": (("1 Example Street",), "94102", "San Francisco"),
}


def sample(like: Recipient) -> Recipient:
    """Return a made-up person who gets the same letter as `like`."""
    lines, postcode, city = SAMPLE_ADDRESSES.get(like.country, SAMPLE_ADDRESSES["FR"])
    return dataclasses.replace(
        like,
        uid="sample",
        full_name="Alex Example",
        address_lines=lines,
        postcode=postcode,
        city=city,
        code=SAMPLE_CODE,
        reference=SAMPLE_REFERENCE,
    )


def letter_like(content: NoticeContent, like: Recipient, date: dt.date) -> Letter:
    return compose(content, sample(like), date=date)


def letter_to(content: NoticeContent, person: Recipient, date: dt.date) -> Letter:
    """Return the letter to a real person. Its caller asks who may read it, and notes that somebody did."""
    return compose(content, person, date=date)


def email_like(content: NoticeContent, like: Recipient, date: dt.date) -> EmailValue:
    return render_email(letter_like(content, like, date))


def pdf_like(content: NoticeContent, like: Recipient, date: dt.date) -> bytes:
    return render_pdf(letter_like(content, like, date))


def like_of(language: str, form: str, regions: tuple[str, ...], kinds: tuple[str, ...]) -> Recipient:
    """Return somebody who would get the wording of this language and form, with all these data kinds."""
    region = regions[0] if form and regions else ""
    tongue = language.partition("-")[0]
    country = region.partition("-")[0] or ("GB" if tongue == "en" else tongue.upper())
    country = country if country in SAMPLE_ADDRESSES else "FR"
    deceased = form == NEXT_OF_KIN
    return Recipient(
        "sample", "Alex Example", language, country, kinds=kinds, region=region, deceased=deceased
    )
