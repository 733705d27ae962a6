"""The report for its readers, the register, the ledger's export and its check, and an auditor who sees all of it."""

import io
import re
import subprocess
import sys

import pikepdf
import pytest

from breach.services.keys import keyring
from breach.vault import readers
from tests.browser.path.cast import Cast

READERS = (("Maud Laurent", "maud@example.org"), ("Anton Weiss", "anton@example.org"))
TABS = (
    "Overview",
    "Timeline",
    "Playbook",
    "People",
    "Assessment",
    "Obligations",
    "Notifications",
    "Filings",
    "Reports",
    "Ledger",
)
# What an auditor may take out is posted, too, since it leaves a trace.
TAKES_OUT = ("/ledger/export/", "/register/register.csv")


def report(cast: Cast) -> None:
    one = cast.manager
    secrets = [name_reader(cast, name, email) for name, email in READERS]
    one.go(cast.room)
    one.tab("Reports")
    for tick in one.page.locator('main [name="readers"]').all():
        tick.check()
    one.fill(language="en")
    one.press("Make it")
    one.sees("It is shown this once and kept nowhere.")
    passphrase = one.page.locator("#passphrase-text").inner_text()
    sealed, locked = one.download("age file"), one.download("PDF with passphrase")
    for secret in secrets:
        assert readers.open_as_reader(sealed, secret).startswith(b"%PDF")
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(locked))
    with pikepdf.open(io.BytesIO(locked), password=passphrase) as pdf:
        assert pdf.encryption.bits == 256
    one.tab("Reports")
    one.sees("Report 1", *(name for name, _email in READERS), within=one.section("Made so far"))
    one.sees_not(passphrase)


def name_reader(cast: Cast, name: str, email: str) -> str:
    """Name a reader by the public key; return the secret one, which stays with the reader."""
    secret, public = readers.new_identity()
    one = cast.manager
    one.go("/readers/")
    one.fill(
        one.form().filter(has=one.page.locator('[name="recipient"]')),
        name=name,
        email=email,
        recipient=public,
    )
    one.press("Add")
    one.sees(f"{name} can now be given reports.", public)
    return secret


def register(cast: Cast) -> None:
    one = cast.manager
    one.go(cast.room)
    one.tab("Reports")
    one.follow("Register of Article 33(5)")
    one.sees(cast.incident.reference, "Web shop broken into")
    table = one.download(re.compile("Take out as a table"), role="button").decode("utf-8-sig")
    assert cast.incident.reference in table


def ledger(cast: Cast) -> None:
    """The auditor takes the ledger out; a stranger's machine checks it alone."""
    one = cast.auditor
    one.go(cast.room)
    one.tab("Ledger")
    exported = one.download(re.compile("Export, to be checked by anybody"), role="button")
    path = cast.folder / "ledger.jsonl"
    path.write_bytes(exported)
    key = keyring().signer().public_key_bytes.hex()
    command = [sys.executable, "-m", "breach.ledger.verify", str(path), "--public-key", key]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    folded = exported.decode("utf-8").casefold()
    assert [value for value in cast.found["personal"] if "@" in value and value in folded] == []
    path.write_bytes(exported.replace(b"approval.decided", b"approval.refused", 1))
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1, "one changed word shows"


def auditor_sees_all(cast: Cast) -> None:
    """Every page, every filing, notice and print run; nothing to press that would change anything."""
    one = cast.auditor
    one.go("/")
    one.follow("Web shop broken into")
    pages = [one.page.locator("nav.tabs a", has_text=tab).get_attribute("href") for tab in TABS]
    pages += ["/register/", cast.found["filing"], cast.found["notice"]]
    for address in pages:
        assert address
        one.go(address)
        one.sees(cast.incident.reference)
        forms = one.page.locator("main form[method=post]")
        offered = [form.get_attribute("action") or address for form in forms.all()]
        changing = [action for action in offered if not action.endswith(TAKES_OUT)]
        assert changing == [], f"an auditor is offered a change on {address}"
