"""The clocks of one regime, from named events."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandParser

from breach.commands import TocsinCommand
from breach.errors import BadInput
from breach.law import deadlines, events, places, regimes
from breach.law.deadlines import Clock
from breach.law.facts_fields import Instant, Zone, suggestion
from breach.law.facts_parts import Sectors
from breach.law.regimes import Regime
from breach.law.words import LANGUAGES, name, word


class Command(TocsinCommand):
    help = "Show when each phase of a regime is due, and how that was counted."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--regime", required=True, metavar="KEY")
        parser.add_argument(
            "--event", action="append", default=[], metavar="NAME=ISO", help="may be repeated"
        )
        parser.add_argument("--zone", default="UTC", help="IANA time zone of the authority")
        parser.add_argument("--country", help="country or Land whose working days count, for EU instruments")
        parser.add_argument(
            "--sector", action="append", default=[], help="sector flag of the facts; may be repeated"
        )
        parser.add_argument("--language", default="en", choices=LANGUAGES)

    def run(self, **options: Any) -> Any:
        regime = _regime(options["regime"])
        zone = ZoneInfo(Zone().read(options["zone"], "--zone"))
        known = _events(options["event"], regime)
        _check_country(options["country"])
        sectors = {_sector(sector): True for sector in options["sector"]}
        clocks = deadlines.deadline(regime, known, zone=zone, country=options["country"], sectors=sectors)
        return {
            "regime": regime.key,
            "rule_version": regime.version,
            "citation": regime.citation,
            "confidence": regime.confidence,
            "status": regime.status,
            "phases": [_phase(clock, zone, options["language"]) for clock in clocks],
        }

    def show(self, document: Any) -> None:
        self.stdout.write(f"{document['regime']} ({document['rule_version']}), {document['citation']}")
        for phase in document["phases"]:
            end = phase["due_local"] or phase["standard"] or "-"
            self.stdout.write(f"\n{phase['to']}, {phase['phase']}: {end}")
            for line in phase["working"]:
                self.stdout.write(f"  {line}")


def _regime(key: str) -> Regime:
    try:
        return regimes.load()[key]
    except KeyError:
        raise BadInput(
            f"no regime {key!r}",
            place="--regime",
            mend=suggestion(key, regimes.load(), "Use a file name of breach/law/regimes"),
        ) from None


def _events(texts: list[str], regime: Regime) -> dict[str, datetime]:
    known: dict[str, datetime] = {}
    for text in texts:
        name_, at = _event(text, regime)
        if name_ in known and known[name_] != at:
            raise BadInput(f"{name_} is given twice", place="--event", mend="Give each event one instant")
        known[name_] = at
    return known


def _check_country(code: str | None) -> None:
    if code is not None and not places.is_country(code) and not places.is_region(code):
        raise BadInput(f"{code!r} is not a country", place="--country", mend="Use a code such as FR or DE-BY")


def _event(text: str, regime: Regime) -> tuple[str, datetime]:
    word_, sign, value = text.partition("=")
    if not sign:
        raise BadInput(
            f"{text!r} has no instant", place="--event", mend="Write NAME=2026-11-27T18:40:00+01:00"
        )
    event = regime.trigger if word_ == regime.trigger_word else events.event_named(word_)
    return event, Instant().read(value, f"--event {word_}")


def _sector(key: str) -> str:
    if key not in Sectors.__dataclass_fields__:
        mend = suggestion(key, Sectors.__dataclass_fields__, "Use a sector flag of facts --schema")
        raise BadInput(f"no sector {key!r}", place="--sector", mend=mend)
    return key


def _phase(clock: Clock, zone: ZoneInfo, language: str) -> dict[str, Any]:
    working = [word(step, language) for step in clock.working]
    return {
        "phase": clock.phase,
        "to": clock.to,
        "recipient": clock.recipient or name("to", clock.to, language),
        "due": _utc(clock.due),
        "due_local": clock.due.astimezone(zone).isoformat() if clock.due else None,
        "outer": _utc(clock.outer),
        "standard": clock.standard and name("standard", clock.standard, language),
        "runs_from": _utc(clock.runs_from),
        "event": clock.event,
        "only_for": clock.duty.only_for,
        "guidance": clock.duty.guidance,
        "working": working,
    }


def _utc(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None
