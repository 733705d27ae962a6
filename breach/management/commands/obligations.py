"""What is owed to whom by when and why, under every regime, from a facts file."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from breach import clock
from breach.commands import TocsinCommand
from breach.errors import BadInput
from breach.law import regimes
from breach.law.facts_fields import Instant
from breach.law.obligations import Obligation, obligations
from breach.law.words import LANGUAGES, name, word
from breach.management.commands.facts import read_facts


class Command(TocsinCommand):
    help = "Answer for every regime: owed, ruled out, or undecided."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--facts", required=True, metavar="FILE")
        parser.add_argument(
            "--now", metavar="ISO", help="the moment of the question; the present if left out"
        )
        parser.add_argument(
            "--simulate", action="append", default=[], metavar="KEY", help="take a regime as in force"
        )
        parser.add_argument("--language", default="en", choices=LANGUAGES)

    def run(self, **options: Any) -> Any:
        now = Instant().read(options["now"], "--now") if options["now"] else clock.now()
        language = options["language"]
        _check(options["simulate"])
        answer = obligations(read_facts(options["facts"]), None, now, simulate=options["simulate"])
        return {
            "now": now.astimezone(UTC).isoformat(),
            "obligations": [_owed(one, language) for one in answer.obligations],
            "ruled_out": [
                {"regime": one.regime, "reason": word(one.reason, language)} for one in answer.ruled_out
            ],
            "undecided": [
                {"regime": one.regime, "needs": list(one.needs), "reason": word(one.reason, language)}
                for one in answer.undecided
            ],
            "duties_ruled_out": [
                {"regime": one.regime, "to": one.to, "phase": one.phase, "reason": word(one.reason, language)}
                for one in answer.duties_ruled_out
            ],
            "duties_undecided": [
                {
                    "regime": one.regime,
                    "to": one.to,
                    "phase": one.phase,
                    "needs": list(one.needs),
                    "reason": word(one.reason, language),
                }
                for one in answer.duties_undecided
            ],
        }

    def show(self, document: Any) -> None:
        for one in document["obligations"]:
            end = one["due"] or one["standard"] or "-"
            self.stdout.write(f"{one['regime']}: {one['recipient']}, {one['phase']}: {end}. {one['reason']}")
        for one in document["undecided"]:
            self.stdout.write(f"? {one['regime']}: {one['reason']}")
        for one in document["ruled_out"]:
            self.stdout.write(f"- {one['regime']}: {one['reason']}")


def _check(keys: list[str]) -> None:
    for key in keys:
        if key not in regimes.load():
            raise BadInput(
                f"no regime {key!r}", place="--simulate", mend="Use a file name of breach/law/regimes"
            )


def _owed(one: Obligation, language: str) -> dict[str, Any]:
    return {
        "regime": one.regime,
        "rule_version": one.rule_version,
        "to": one.to,
        "recipient": one.recipient or name("to", one.to, language),
        "phase": one.phase,
        "trigger_event": one.trigger_event,
        "runs_from": _utc(one.runs_from_instant),
        "due": _utc(one.due),
        "outer": _utc(one.outer),
        "standard": one.standard and name("standard", one.standard, language),
        "reason": word(one.reason, language),
        "why": [word(step, language) for step in one.why],
        "working": [word(step, language) for step in one.working],
        "citation": one.citation,
        "confidence": one.confidence,
    }


def _utc(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None
