"""An internal report as a page: everything worded, in the report's language; the template decides nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import format_percent
from django.utils.safestring import SafeString

from breach.law import kinds
from breach.law.steps import Step
from breach.law.words import name
from notifications.moments import say_country, say_day, say_local, say_moment, say_number, say_short
from notifications.reports.plots import Bar, Mark, bars, line_of_time
from notifications.reports.values import Aware, Event, Filed, IncidentReport, Judged, Letters, Owed
from notifications.wording import Words, load_words

WORDS = Path(__file__).parent / "words.toml"
UNKNOWN_COUNTRY = "ZZ"
OPEN_STATES = ("provisional", "running")
MOST_BARS = 12
WordStep = Callable[[Step, str], str]


def words(language: str) -> Words:
    """Return the fixed words of reports in a language, English where there are none."""
    tables = load_words(WORDS)
    return tables.get(language, tables["en"])


def report_page(report: IncidentReport, word_step: WordStep) -> dict[str, Any]:
    """Return everything the template prints."""
    return _Page(report, word_step).page()


class _Page:
    """One report being worded: the report, its words, and its ways of saying instants and numbers."""

    def __init__(self, report: IncidentReport, word_step: WordStep) -> None:
        self.report, self.word_step = report, word_step
        self.language, self.zone = report.language, report.zone
        self.w = words(report.language)

    def page(self) -> dict[str, Any]:
        report, w = self.report, self.w
        return {
            "w": w,
            "title": f"{w['title']} {report.reference}",
            "report": report,
            "mark": w["drill"] if report.drill else w["confidential"],
            "drill": report.drill,
            "for_readers": w["for_readers"].format(readers=", ".join(report.readers)),
            "made": w["made"].format(at=self.moment(report.made_at), who=report.made_by),
            "zone_note": w["zone_note"].format(zone=report.zone),
            "seal": w["seal"].format(reference=report.reference),
            "seal_ledger": self.checkpoint(),
            "glance": self.glance(),
            "events": [self.event(event) for event in report.events],
            "awareness": [self.aware(step) for step in report.awareness],
            "working": self.working(),
            "time_plot": self.time_plot(),
            "owed": [self.owed(one) for one in report.owed],
            "ruled_out": self.ruled_out(),
            "assessment": self.assessment(report.assessment) if report.assessment else None,
            "advice": [
                {
                    "outcome": self.w[f"outcome.{one.recommends}"],
                    "text": one.text,
                    "by": one.by,
                    "at": self.local(one.at),
                }
                for one in report.advice
            ],
            "decisions": self.decisions(),
            "people": self.people(),
            "letters": [self.letter(one) for one in report.letters],
            "reconciled": all(one.reconciled for one in report.letters),
            "filings": [self.filed(one) for one in report.filings],
            "approvals": self.approvals(),
        }

    # --- ways of saying ----------------------------------------------------------------------------------

    def moment(self, at: datetime) -> str:
        return say_moment(at, self.zone, self.language)

    def local(self, at: datetime | None) -> str:
        return say_local(at, self.zone, self.language) if at else ""

    def number(self, number: int) -> str:
        return say_number(number, self.language)

    def checkpoint(self) -> str:
        report = self.report
        if not report.checkpoint:
            return ""
        return self.w["seal_ledger"].format(short=report.checkpoint, number=report.checkpoint_number)

    # --- parts -------------------------------------------------------------------------------------------

    def glance(self) -> list[tuple[str, str]]:
        report, w = self.report, self.w
        told = [one for one in report.filings if one.submitted_at]
        approved = sum(one.approved for one in report.letters)
        delivered = sum(one.delivered for one in report.letters)
        lines = [
            (w["organisations"], ", ".join(report.organisations)),
            (w["state"], w[f"phase.{report.phase}"]),
            (w["people_affected"], self.affected()),
            (w["authority_told"], self.local(told[0].submitted_at) if told else w["not_yet"]),
            (w["people_told"], w["of"].format(part=self.number(delivered), whole=self.number(approved))),
            (w["next_deadline"], self.next_deadline()),
        ]
        if report.assessment:
            lines.append((w["risk"], w[f"risk.{report.assessment.conclusion}"]))
        return lines

    def affected(self) -> str:
        people = self.report.people
        if people.total or people.stated is None:
            return self.number(people.total)
        return self.w["stated"].format(number=self.number(people.stated))

    def next_deadline(self) -> str:
        ahead = [one for one in self.report.owed if one.state in OPEN_STATES and one.due]
        if not ahead:
            return self.w["nothing_due"]
        first = min(ahead, key=lambda one: one.due or self.report.made_at)
        passed = first.due is not None and first.due < self.report.made_at
        late = f" ({self.w['overdue']})" if passed else ""
        return f"{self.local(first.due)}{late}, {self.who(first)}"

    def event(self, event: Event) -> dict[str, str]:
        when = self.w[f"precision.{event.precision}"].format(
            at=self.local(event.at), until=self.local(event.until), day=self.day(event.at)
        )
        kind = self.w[f"kind.{event.kind}"]
        return {
            "when": when,
            "kind": kind,
            "text": event.text,
            "known": self.local(event.known_at),
            "by": event.entered_by,
        }

    def day(self, at: datetime) -> str:
        return say_day(at.astimezone(ZoneInfo(self.zone)).date(), self.language)

    def aware(self, step: Aware) -> dict[str, Any]:
        return {
            "state": self.w[f"aware.{step.state}"],
            "stands": step.stands,
            "at": self.moment(step.at),
            "due": self.moment(step.due) if step.due else "",
            "reasons": step.reasons,
            "by": step.decided_by,
        }

    def working(self) -> list[str]:
        """The working of the first dated duty to an authority: the clock of which people ask."""
        dated = [one for one in self.report.owed if one.due and one.working and one.to == "authority"]
        return [self.word_step(step, self.language) for step in dated[0].working] if dated else []

    def owed(self, one: Owed) -> dict[str, Any]:
        late = self.w[f"late.{one.lateness}"] if one.lateness else ""
        done = ", ".join(part for part in (self.local(one.met_at), late) if part)
        return {
            "who": self.who(one),
            "due": self.local(one.due) if one.due else name("standard", one.standard, self.language),
            "outer": self.w["outer"].format(at=self.local(one.outer)) if one.outer else "",
            "state": self.w[f"state.{one.state}"],
            "done": done,
            "regime": one.regime,
            "citation": one.citation,
        }

    def ruled_out(self) -> list[dict[str, str]]:
        """Regimes with a reason of their own, one by one; those that differ in the place alone, together."""
        elsewhere: dict[str, list[str]] = {}
        found: list[tuple[str, Step | None]] = []
        for regime, step in self.report.ruled_out:
            if step and set(step.values) == {"place"}:
                elsewhere.setdefault(step.code, []).append(step.values["place"])
            else:
                found.append((regime, step))
        for code, places in elsewhere.items():
            together = ",".join(sorted(set(places), key=self.place_order))
            found.append(("", Step(code, {"place": together})))
        return [
            {"regime": regime, "reason": self.word_step(step, self.language) if step else ""}
            for regime, step in found
        ]

    def place_order(self, place: str) -> str:
        """Sort É among E: fold the name to letters without accents."""
        return (
            unicodedata.normalize("NFKD", name("place", place, self.language))
            .encode("ascii", "ignore")
            .decode()
        )

    def who(self, one: Owed) -> str:
        if one.to == "individuals" and one.phase == "initial":
            return self.told(one)
        return f"{self.told(one)}{self.w['colon']} {self.w[f'owed.{one.phase}']}"

    def told(self, one: Owed) -> str:
        """Who is told: an authority by its short name, others by their kind."""
        if one.to == "authority" and one.recipient:
            return short_name(one.recipient)
        return self.w[f"to.{one.to}"]

    def assessment(self, judged: Judged) -> dict[str, str]:
        return {
            "severity": severity_line(judged.enisa, self.language),
            "rules": self.w[f"risk.{judged.risk}"],
            "conclusion": self.w[f"risk.{judged.conclusion}"],
            "reasons": judged.reasons,
            "by": judged.by,
            "at": self.local(judged.at),
        }

    def decisions(self) -> list[dict[str, str]]:
        return [
            {
                "about": self.w[f"about.{one.about}"],
                "outcome": self.w[f"outcome.{one.outcome}"],
                "reasons": one.reasons,
                "why_not_followed": one.why_not_followed,
                "by": one.by,
                "at": self.local(one.at),
            }
            for one in self.report.decisions
        ]

    def letter(self, one: Letters) -> dict[str, str]:
        sums = ("approved", "delivered", "failed", "pending", "ambiguous", "withheld")
        channels = (f"{self.w[f'channel.{key}']} {self.number(count)}" for key, count in one.channels.items())
        return {
            "title": one.title,
            "released": self.local(one.released_at),
            "channels": ", ".join(channels),
            **{name: self.number(getattr(one, name)) for name in sums},
        }

    def filed(self, one: Filed) -> dict[str, str]:
        late = self.w[f"late.{one.lateness}"] if one.lateness else ""
        return {
            "authority": one.authority,
            "filing": f"{one.number}, {self.w[f'filed.{one.completeness}']}",
            "state": self.w[f"filing.{one.state}"],
            "submitted": ", ".join(part for part in (self.local(one.submitted_at), late) if part),
            "receipt": one.receipt,
            "digest": one.digest,
        }

    def approvals(self) -> list[dict[str, str]]:
        return [
            {
                "kind": self.w[f"approval.{one.kind}"],
                "asked": f"{one.asked_by}, {self.local(one.asked_at)}",
                "asked_of": self.w["asked_of"].format(names=", ".join(one.asked_of)) if one.asked_of else "",
                "answer": self.w[f"answer.{one.state}"],
                "decided": ", ".join(part for part in (one.decided_by, self.local(one.decided_at)) if part),
                "digest": one.digest,
            }
            for one in self.report.approvals
        ]

    # --- numbers and plots -------------------------------------------------------------------------------

    def people(self) -> dict[str, Any]:
        people = self.report.people
        by_kind = {kinds.load()[key].label(self.language): n for key, n in people.by_kind.items()}
        by_language = {self.language_name(tag): n for tag, n in people.by_language.items()}
        by_country = {self.country(code): n for code, n in people.by_country.items()}
        return {
            "total": self.number(people.total),
            "minors": self.number(people.minors),
            "unreachable": self.number(people.unreachable),
            "tables": [
                self.counted(self.w["by_country"], by_country, people.total),
                self.counted(self.w["by_kind"], by_kind, people.total),
                self.counted(self.w["by_language"], by_language, people.total),
            ],
        }

    def counted(self, title: str, counts: Mapping[str, int], total: int) -> dict[str, Any]:
        """One distribution, largest first: a plot and the table that carries the same numbers."""
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        plotted = [Bar(label, count, self.number(count)) for label, count in ordered[:MOST_BARS]]
        description = self.w["bars_description"].format(count=len(plotted))
        return {
            "title": title,
            "plot": bars(f"{title}. {description}", description, plotted) if plotted else "",
            "rows": [
                {"label": label, "count": self.number(count), "share": self.share(count, total)}
                for label, count in ordered
            ],
        }

    def share(self, part: int, whole: int) -> str:
        return format_percent(part / whole, locale=self.language) if whole else ""

    def country(self, code: str) -> str:
        if code in ("", UNKNOWN_COUNTRY):
            return self.w["unknown_country"]
        return say_country(code, self.language)

    def language_name(self, tag: str) -> str:
        name = Locale.parse(tag, sep="-").get_display_name(self.language) if tag else None
        return str(name or self.w["unknown_country"])

    def time_plot(self) -> SafeString | str:
        marks = self.marks()
        if not marks:
            return ""
        moments = sorted(mark.at for mark in marks)
        ticks = [(at, say_short(at, self.zone, self.language)) for at in (moments[0], moments[-1])]
        title = self.w["deadlines_plot"]
        return line_of_time(title, self.w["deadlines_description"], marks, ticks)

    def marks(self) -> list[Mark]:
        report, w = self.report, self.w

        def short(at: datetime) -> str:
            return say_short(at, self.zone, self.language)

        marks = [Mark(e.at, w["mark.began"].format(at=short(e.at)), "event") for e in report.events[:1]]
        marks += [
            Mark(step.at, w["mark.aware"].format(at=short(step.at)), "event")
            for step in report.awareness
            if step.stands
        ]
        for one in report.owed:
            if one.due:
                text = w["mark.due"].format(who=self.told(one), at=short(one.due))
                marks.append(Mark(one.due, text, "due"))
        for filed in report.filings:
            if filed.submitted_at:
                text = w["mark.filed"].format(number=filed.number, at=short(filed.submitted_at))
                marks.append(Mark(filed.submitted_at, text, "done"))
        for letter in report.letters:
            if letter.released_at:
                text = w["mark.released"].format(at=short(letter.released_at))
                marks.append(Mark(letter.released_at, text, "done"))
        return marks


def severity_line(enisa: Mapping[str, Any], language: str) -> str:
    """Word ENISA's figures: "3.25 to 3.5, high (context 3, identification 1, circumstances 0.5)"."""
    figures = {name: _figure(enisa[name], language) for name in ("se", "dpc", "ei", "cb")}
    return words(language)["severity_line"].format(level=_level(enisa["level"], language), **figures)


def _figure(value: Any, language: str) -> str:
    """Word a figure, or the span from its lowest to its highest."""
    if isinstance(value, Mapping):
        low, high = _figure(value["low"], language), _figure(value["high"], language)
        return words(language)["span"].format(low=low, high=high)
    text = f"{float(value):g}"
    return text.replace(".", ",") if language == "fr" else text


def _level(value: Any, language: str) -> str:
    w = words(language)
    if isinstance(value, Mapping):
        return w["span"].format(low=w[f"level.{value['low']}"], high=w[f"level.{value['high']}"])
    return w[f"level.{value}"]


def short_name(name: str) -> str:
    """Return the abbreviation a name ends with: "CNIL" for "Commission … (CNIL)"."""
    found = re.search(r"\(([^()]{2,20})\)$", name)
    return found.group(1) if found else name
