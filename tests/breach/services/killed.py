"""What the test of killed loads runs in processes of its own: `python -m tests.breach.services.killed STEP …`."""

import hashlib
import json
import sys
from pathlib import Path

import django
from django.core.management import call_command

django.setup()

from breach import clock  # noqa: E402
from breach.benches.intake import _incident  # noqa: E402
from breach.benches.made_people import write_table  # noqa: E402
from breach.models import BlindKey, Entry, IntakeFile, MergeEvidence, Person, RefusedCell, SourceRecord  # noqa: E402
from breach.queries.people import open_people  # noqa: E402
from breach.services.ledger import sign_checkpoint  # noqa: E402


def prepare(table: str, rows: str) -> str:
    """Make an installation with one incident, and a table."""
    call_command("migrate", verbosity=0)
    _user, incident = _incident()
    write_table(Path(table), int(rows))
    with Path(table).open("a", encoding="utf-8") as stream:
        stream.write("only;two\n" * 5)
    return incident.reference


def summary() -> dict[str, object]:
    """Return all that a load leaves, without what is random in every run."""
    file = IntakeFile.objects.select_related("incident").get()
    people = open_people(file.incident, Person.objects.order_by("pk").values_list("pk", flat=True))
    values = hashlib.sha256()
    for value in people:
        values.update(
            repr([getattr(value, name) for name in type(value).__slots__ if name != "uid"]).encode()
        )
    order = {pk: place for place, pk in enumerate(Person.objects.order_by("pk").values_list("pk", flat=True))}
    sources = [
        [row, order[person], kinds]
        for row, person, kinds in SourceRecord.objects.order_by("row").values_list("row", "person", "kinds")
    ]
    evidence = MergeEvidence.objects.order_by("source__row", "other__row").values_list(
        "source__row", "other__row", "key", "state"
    )
    batches = Entry.objects.filter(action="people.loaded").order_by("seq").values_list("body", flat=True)
    entries = [
        {name: value for name, value in json.loads(body)["data"].items() if name != "root"}
        for body in batches
    ]
    names = (
        "state",
        "read",
        "accepted",
        "refused",
        "set_aside",
        "loaded",
        "people_new",
        "merged",
        "suggested",
    )
    sign_checkpoint(actor=None, now=clock.now())
    call_command("verify_ledger", verbosity=0, stdout=sys.stderr)
    return {
        "file": {name: getattr(file, name) for name in names},
        "people": values.hexdigest(),
        "sources": hashlib.sha256(json.dumps(sources).encode()).hexdigest(),
        "evidence": [list(each) for each in evidence],
        "keys": BlindKey.objects.count(),
        "refused": list(map(list, RefusedCell.objects.order_by("row").values_list("row", "reason"))),
        "entries": entries,
    }


if __name__ == "__main__":
    step, *args = sys.argv[1:]
    sys.stdout.write(json.dumps({"prepare": prepare, "summary": summary}[step](*args)))
