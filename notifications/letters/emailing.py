"""A composed letter as e-mail: text and HTML, no picture, no remote content, no link but the organisation's
own site.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from notifications.letters import library
from notifications.letters.html import bare_site
from notifications.letters.syntax import fill
from notifications.letters.values import Body, EmailValue, Letter, Paragraph

_PAGE = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{subject}</title></head>'
    '<body style="margin:0;padding:24px 16px;background:#ffffff;color:#1a1a1a;'
    'font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5">'
    '<div style="max-width:640px;margin:0 auto">{content}</div></body></html>'
)
_HEADING = '<h2 style="font-size:17px;line-height:1.3;margin:24px 0 6px;color:#1f3a5f">{}</h2>'
_TITLE = '<h1 style="font-size:21px;line-height:1.3;margin:0 0 16px;color:#1f3a5f">{}</h1>'
_BOX = '<div style="margin:28px 0 0;padding:12px 16px;border:1px solid #1f3a5f;font-size:15px">{}</div>'


def render_email(letter: Letter) -> EmailValue:
    """The message for one person. The subject is the same for all and tells nothing."""
    body = letter.body
    phrases = library.phrases(body.key.language)
    subject = fill(phrases.email["subject"], {"organisation": body.sender.name})
    if body.drill:
        subject = f"{phrases.labels['drill']} – {subject}"
    return EmailValue(
        language=body.key.language,
        subject=subject,
        text="\n".join(_text(letter, phrases)),
        html=_PAGE.format(
            language=escape(body.key.language), subject=escape(subject), content=_html(letter, phrases)
        ),
    )


def _text(letter: Letter, phrases: library.Phrases) -> Iterator[str]:
    body = letter.body
    if body.drill:
        yield f"*** {phrases.labels['drill']} ***\n"
    yield f"{body.title}\n\n{letter.personal.salutation}\n"
    for section in body.sections:
        yield section.heading if library.statute(body.key.form) else section.heading.upper()
        yield ""
        for style, group in groupby(section.paragraphs, key=lambda paragraph: paragraph.style):
            mark = "- " if style == "item" else ""
            separator = "\n" if style == "item" else "\n\n"
            yield separator.join(mark + paragraph.text for paragraph in group) + "\n"
    yield from (line for line in (body.closing, body.sender.legal_name or body.sender.name) if line)
    yield f"{body.sender.website}\n"
    yield _genuine(letter, phrases)
    yield f"{phrases.labels['reference']}: {letter.personal.reference}"


def _html(letter: Letter, phrases: library.Phrases) -> str:
    body = letter.body
    parts = [f"<p><strong>{escape(phrases.labels['drill'])}</strong></p>"] if body.drill else []
    parts += [_TITLE.format(escape(body.title)), f"<p>{escape(letter.personal.salutation)}</p>"]
    for section in body.sections:
        parts += [_HEADING.format(escape(section.heading)), *_flow(section.paragraphs)]
    parts += [f"<p>{escape(body.closing)}</p>"] if body.closing else []
    parts.append(f"<p><strong>{escape(body.sender.legal_name or body.sender.name)}</strong>{_site(body)}</p>")
    reference = f"{phrases.labels['reference']}: {letter.personal.reference}"
    parts.append(_BOX.format(f"{escape(_genuine(letter, phrases))}<br>{escape(reference)}"))
    return "".join(parts)


def _flow(paragraphs: tuple[Paragraph, ...]) -> Iterator[str]:
    for style, group in groupby(paragraphs, key=lambda paragraph: paragraph.style):
        texts = [escape(paragraph.text) for paragraph in group]
        if style == "item":
            yield "<ul>" + "".join(f'<li style="margin-bottom:4px">{text}</li>' for text in texts) + "</ul>"
        else:
            yield from (f"<p>{text}</p>" for text in texts)


def _site(body: Body) -> str:
    """The only link of the message: the organisation's own site, which must be https."""
    website = body.sender.website
    if not website.startswith("https://"):
        return f"<br>{escape(website)}" if website else ""
    return f'<br><a href="{escape(website)}">{escape(bare_site(website))}</a>'


def _genuine(letter: Letter, phrases: library.Phrases) -> str:
    if not letter.body.genuine_page or not letter.personal.code:
        return phrases.genuine["without_page"]
    values = {"genuine_page": letter.body.genuine_page, "code": letter.personal.code}
    return fill(phrases.genuine["email"], values)
