"""A filing as paper: one page description for preview and submission, then PDF by the common renderer."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from notifications.filings.complete import asked, required
from notifications.filings.content import Clock, FilingContent
from notifications.filings.diff import Change
from notifications.filings.document import Print, WordStep
from notifications.filings.form import Field, Section
from notifications.filings.show import show_state, show_value, words
from notifications.moments import say_moment
from notifications.pdf import render_pdf
from notifications.wording import Words, pick

TEMPLATE = "filings/filing.html"


def filing_pdf(filing: Print, word_step: WordStep) -> bytes:
    """Return the filing as a tagged PDF in its own language. Raises BadInput for a missing system library."""
    page = filing_page(filing, word_step)
    author = str(filing.content.values.get("controller_name", ""))
    return render_pdf(
        render_to_string(TEMPLATE, page), title=page["title"], language=filing.content.language, author=author
    )


def filing_page(filing: Print, word_step: WordStep) -> dict[str, Any]:
    """Return everything the template prints, worded; the template decides nothing."""
    content, profile, language = filing.content, filing.profile, filing.content.language
    w = words(language)
    phase = pick(profile.phases[content.phase], language)
    checkpoint = _checkpoint(filing, w)
    approved = bool(filing.seals.digest and filing.seals.approvers)
    return {
        "w": w,
        "title": f"{phase} {content.reference}",
        "phase": phase,
        "completeness": w[content.completeness],
        "number": w["phase_number"].format(number=content.number),
        "reference": content.reference,
        "authority": pick(profile.name, language),
        "channel": pick(profile.channel, language),
        "page_link": profile.page,
        "notes": [pick(note.text, language) for note in profile.notes if note.phase == content.phase],
        "form_name": w["form_name"].format(version=filing.form.version),
        "form_status": pick(filing.form.status_text, language),
        "prepared": say_moment(filing.seals.prepared_at, content.zone, language),
        "zone_note": w["zone_note"].format(zone=content.zone),
        "controller": content.values.get("controller_name", ""),
        "drill": content.drill,
        "approved": approved,
        "mark": _mark(content, w, approved=approved),
        "seal": _seal(filing, w, approved=approved),
        "seal_ledger": w["seal_ledger"].format(line=checkpoint["line"]) if checkpoint else "",
        "clock": _clock(content, word_step),
        "promises": _promises(filing),
        "is_follow_up": filing.before is not None,
        "changes_title": _changes_title(filing, w),
        "changes": [_change(filing, change) for change in filing.changes()],
        "sections": _sections(filing),
        "approvers": [
            {"name": who.name, "at": w["approved_at"].format(at=say_moment(who.at, content.zone, language))}
            for who in filing.seals.approvers
        ],
        "digest": filing.seals.digest,
        "checkpoint": checkpoint,
    }


def _mark(content: FilingContent, w: Words, *, approved: bool) -> str:
    if content.drill:
        return w["drill"]
    return "" if approved else w["draft"]


def _seal(filing: Print, w: Words, *, approved: bool) -> str:
    return w["seal"].format(digest=filing.seals.digest) if approved else w["seal_draft"]


def _checkpoint(filing: Print, w: Words) -> dict[str, str] | None:
    mark, content = filing.seals.checkpoint, filing.content
    if mark is None:
        return None
    at = say_moment(mark.at, content.zone, content.language)
    return {
        "digest": mark.digest,
        "line": w["checkpoint_at"].format(number=mark.number, short=mark.short, at=at),
    }


def _clock(content: FilingContent, word_step: WordStep) -> dict[str, Any] | None:
    clock, zone, language = content.clock, content.zone, content.language
    if clock is None:
        return None
    return {
        "aware": say_moment(clock.aware_at, zone, language),
        "due": say_moment(clock.due, zone, language),
        "outer": say_moment(clock.outer, zone, language) if clock.outer else "",
        "working": [word_step(step, language) for step in clock.working],
        "superseded": _superseded(clock, zone, language),
    }


def _superseded(clock: Clock, zone: str, language: str) -> list[str]:
    sentence = words(language)["superseded"]
    return [
        sentence.format(aware=say_moment(aware, zone, language), due=say_moment(due, zone, language), why=why)
        for aware, due, why in clock.superseded
    ]


def _promises(filing: Print) -> list[dict[str, Any]]:
    content, language = filing.content, filing.content.language
    return [
        {
            "row": field.row,
            "label": pick(field.label, language),
            "by": say_moment(content.to_follow[field.key].by, content.zone, language),
            "reason": content.to_follow[field.key].reason,
        }
        for field in filing.form.fields()
        if field.key in content.to_follow
    ]


def _changes_title(filing: Print, w: Words) -> str:
    if filing.before is None:
        return ""
    language = filing.content.language
    phase = pick(filing.profile.phases[filing.before.phase], language)
    return w["changes"].format(phase=f"{phase} ({w['phase_number'].format(number=filing.before.number)})")


def _change(filing: Print, change: Change) -> dict[str, Any]:
    content, field = filing.content, filing.form.field(change.key)
    return {
        "row": change.row,
        "label": pick(field.label, content.language),
        "kind": words(content.language)[change.kind],
        "old": show_state(field, change.old, content.language, content.zone),
        "new": show_state(field, change.new, content.language, content.zone),
    }


def _sections(filing: Print) -> list[dict[str, Any]]:
    language = filing.content.language
    sections = []
    for section in filing.form.sections:
        rows = _rows(filing, section)
        if rows:
            sections.append({"key": section.key, "title": pick(section.title, language), "rows": rows})
    return sections


def _rows(filing: Print, section: Section) -> list[dict[str, Any]]:
    facts = filing.content.facts(filing.seals.prepared_at)
    return [_row(filing, field) for field in section.fields if _is_printed(filing.content, field, facts)]


def _is_printed(content: FilingContent, field: Field, facts: dict[str, bool]) -> bool:
    if field.key in content.values or field.key in content.to_follow:
        return True
    return required(field) and asked(content, field, facts)


def _row(filing: Print, field: Field) -> dict[str, Any]:
    content, language = filing.content, filing.content.language
    promise = content.to_follow.get(field.key)
    lines = (
        show_state(field, promise, language, content.zone)
        if promise
        else show_value(field, content.values.get(field.key), language)
    )
    return {
        "row": field.row,
        "label": pick(field.label, language),
        "lines": lines,
        "is_list": field.type in ("multi", "counts") and len(lines) > 1,
        "follows": promise is not None,
        "missing": not lines,
    }
