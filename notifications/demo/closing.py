"""Steps 9 and 10: the report for its readers, the register, the ledger's export, and the sums."""

import csv
import json
import subprocess
import sys
from io import BytesIO, StringIO

from breach.files import open_sealed
from breach.models import SealedFile
from breach.models.ledger import Entry
from breach.models.playbooks import Task
from breach.services.keys import keyring
from breach.services.ledger import export_ledger
from breach.vault import readers
from notifications.demo.stage import Stage
from notifications.models import Notice
from notifications.queries.notices import incident_totals, reconcile
from notifications.services import reports

READERS = (("Maud Laurent", "manager@rivage.example"), ("Anton Weiss", "auditor@rivage.example"))


def report(stage: Stage) -> None:
    stage.step("The internal report, for two named readers and as an AES-256 PDF")
    keys = [readers.new_identity() for _ in READERS]
    named = [
        reports.add_reader(
            actor=stage.people.manager, name=name, email=email, recipient=public, now=stage.now()
        )
        for (name, email), (_secret, public) in zip(READERS, keys, strict=True)
    ]
    made = reports.make_report(
        actor=stage.people.manager, incident=stage.incident, readers=named, language="en", now=stage.now()
    )
    sealed, locked = _content(made.report.age_file), _content(made.report.pdf)
    stage.write("report.age", sealed)
    stage.write("report.pdf", locked)
    opened = [readers.open_as_reader(sealed, secret) for secret, _public in keys]
    stage.check(opened[0] == opened[1] and opened[0].startswith(b"%PDF"), "both readers open the same report")
    stage.memory["passphrase"] = made.passphrase
    for reader in named:  # these made-up keys are gone after this run
        reports.retire_reader(actor=stage.people.manager, reader=reader, now=stage.now())
    stage.say(
        f"report.age opens for {' and '.join(name for name, _mail in READERS)};"
        f" the PDF's passphrase is shown once: {made.passphrase}"
    )


def register(stage: Stage) -> None:
    stage.step("The Article 33(5) register, the ledger's export and its check by the stand-alone verifier")
    content = reports.export_register(actor=stage.people.manager, language="fr", now=stage.now())
    stage.write("register.csv", content)
    # A cell may hold line breaks, so rows are counted as a reader does.
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    stage.counts["register_rows"] = len(rows) - 1
    target = BytesIO()
    exported = export_ledger(
        actor=stage.people.auditor, incidents=[stage.incident], stream=target, now=stage.now()
    )
    path = stage.write("ledger.jsonl", target.getvalue())
    verified = subprocess.run(
        [
            sys.executable,
            "-m",
            "breach.ledger.verify",
            str(path),
            "--json",
            "--public-key",
            keyring().signer().public_key_bytes.hex(),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    stage.check(verified.returncode == 0, f"the ledger verifies: {verified.stderr or verified.stdout}")
    stage.counts["ledger"] = {
        "entries": Entry.objects.filter(chain=stage.incident.chain).count(),
        "chains": exported.chains,
    }
    stage.say(f"{stage.counts['ledger']['entries']} entries; the verifier says: intact")


def sums(stage: Stage) -> None:
    stage.step("The totals")
    notices = Notice.objects.filter(incident=stage.incident).order_by("number")
    stage.counts["notices"] = {str(one.number): reconcile(one).to_json() for one in notices}
    stage.counts["tasks"]["done"] = Task.objects.filter(run__incident=stage.incident, state="done").count()
    total = incident_totals(stage.incident)
    stage.counts["letters"] = total.to_json()
    stage.check(total.reconciled, "approved = delivered + failed + pending + ambiguous + withheld")
    stage.check(total.is_done, "nothing is pending or unclear")
    emails = sum(stage.post.accepted.values())
    stage.counts["emails_at_the_server"] = emails
    stage.check(max(stage.post.accepted.values(), default=0) == 1, "no letter was mailed twice")
    by_mail = stage.counts["people"]["by_channel"]["email"]
    stage.check(emails == by_mail, f"{by_mail} people by e-mail, {emails} messages at the server")
    stage.check(
        not any(name in subject for subject in stage.post.subjects for name in ("Lacôte",)),
        "no name in a subject",
    )
    stage.say(
        f"approved {total.approved} = delivered {total.delivered} + failed {total.failed}"
        f" (of them unreachable {total.unreachable})"
        f" + pending {total.pending} + unclear {total.ambiguous} + withheld {total.withheld}"
    )


def summary(stage: Stage) -> dict[str, object]:
    return {
        "incident": stage.incident.reference,
        "counts": stage.counts,
        "deadlines": stage.deadlines,
        "paths": sorted(stage.paths),
        "reconciled": True,
    }


def write_summary(stage: Stage) -> None:
    document = summary(stage)
    document["paths"] = sorted([*stage.paths, "summary.json"])
    stage.write("summary.json", json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")


def _content(file: SealedFile) -> bytes:
    with open_sealed(file) as stream:
        return stream.read()
