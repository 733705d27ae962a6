"""Severity and risk of a breach, and whom to tell, from a facts file."""

from typing import Any

from django.core.management.base import CommandParser

from breach.commands import TocsinCommand
from breach.law.risk import assess
from breach.law.words import LANGUAGES, word
from breach.management.commands.facts import read_facts


class Command(TocsinCommand):
    help = "Assess severity (ENISA) and risk (GDPR Arts 33 and 34) from a facts file."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--facts", required=True, metavar="FILE")
        parser.add_argument("--language", default="en", choices=LANGUAGES)

    def run(self, **options: Any) -> Any:
        found, language = assess(read_facts(options["facts"])), options["language"]
        return {
            "enisa": {
                **found.enisa.to_json(),
                "reasons": [word(step, language) for step in found.enisa.reasons],
            },
            "risk": found.risk,
            "risk_range": {"low": found.risk_low, "high": found.risk_high},
            "notify_authority": found.notify_authority,
            "notify_individuals": found.notify_individuals,
            "public_communication": found.public_communication,
            "needs": list(found.needs),
            "reasons": [
                {"rule": one.step.code, "source": one.source, "text": word(one.step, language)}
                for one in found.reasons
            ],
        }

    def show(self, document: Any) -> None:
        score = document["enisa"]
        self.stdout.write(f"ENISA {score['se']} ({score['level']}), {', '.join(score['flags'])}")
        self.stdout.write(f"Risk: {document['risk']}")
        self.stdout.write(
            f"Authority: {document['notify_authority']}, people: {document['notify_individuals']}"
        )
        for line in (*score["reasons"], *(f"{one['text']} [{one['source']}]" for one in document["reasons"])):
            self.stdout.write(f"  {line}")
