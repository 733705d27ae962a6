"""Contracts that ask for something after an incident: list them, or enter one from a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from breach import clock
from breach.commands import TocsinCommand
from breach.errors import BadInput
from breach.law import private
from breach.law.facts_file import parse
from breach.management.commands.facts import read_text
from breach.models import Contract, Organisation, User
from breach.services.contracts import add_contract


class Command(TocsinCommand):
    help = "List the contracts of the house with their clauses, or add one from a TOML or JSON file."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("do", choices=("list", "add"))
        parser.add_argument("file", nargs="?", help="the contract; its form is in docs/law-data.md")
        parser.add_argument(
            "--organisation", default="", metavar="NAME", help="whose contract it is, if several"
        )
        parser.add_argument("--user", default="", metavar="EMAIL", help="who enters it (else the operator)")

    def run(self, **options: Any) -> Any:
        if options["do"] == "add":
            return _row(_added(options))
        rows = Contract.objects.select_related("organisation").prefetch_related("versions")
        return [_row(contract) for contract in rows]

    def show(self, document: Any) -> None:
        for one in document if isinstance(document, list) else [document]:
            withdrawn = ", withdrawn" if one["withdrawn"] else ""
            self.stdout.write(f"{one['counterparty']} ({one['kind']}, {one['organisation']}{withdrawn})")
            for clause in one["clause"]:
                self.stdout.write(f"  {clause['key']}: {private.label(clause, 'en')}. {clause['clause']}")


def _added(options: dict[str, Any]) -> Contract:
    path = options["file"]
    if path is None:
        raise BadInput("no file is named", place="add", mend="Give the path of a TOML or JSON file")
    name, text = Path(path).name, read_text(path)
    if not text.strip():
        raise BadInput("the file is empty", place=name, mend="Write a contract as docs/law-data.md describes")
    document = parse(text, name)
    organisation, actor = _organisation(options["organisation"]), _user(options["user"])
    try:
        return add_contract(actor=actor, organisation=organisation, document=document, now=clock.now())
    except BadInput as refusal:
        place = f"{name}, {refusal.place}" if refusal.place else name
        raise BadInput(refusal.message, place=place, mend=refusal.mend) from None


def _organisation(name: str) -> Organisation:
    found = Organisation.objects.filter(name=name) if name else Organisation.objects.all()
    rows = list(found[:2])
    if len(rows) != 1:
        known = ", ".join(Organisation.objects.order_by("name").values_list("name", flat=True)[:20])
        raise BadInput(
            "it is not clear whose contract this is",
            place="--organisation",
            mend=f"Name one of: {known}" if known else "Enter an organisation first",
        )
    return rows[0]


def _user(email: str) -> User | None:
    if not email:
        return None
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise BadInput("there is no such user", place="--user", mend="Give the e-mail address of an account")
    return user


def _row(contract: Contract) -> dict[str, Any]:
    version = contract.current
    return {
        "uid": contract.uid,
        "organisation": contract.organisation.name,
        "version": version.rule_version,
        "withdrawn": contract.withdrawn_at is not None,
        **version.document,
    }
