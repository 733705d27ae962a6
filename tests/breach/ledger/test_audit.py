"""Checking the ledger in the database, after somebody with full rights to it changed something."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.db import connection

from breach.ledger import audit, chain, log, merkle
from breach.ledger.export import export
from breach.ledger.reading import verify
from breach.ledger.report import Report
from breach.ledger.testing import without_triggers
from breach.models import ChainHead, Checkpoint, Entry
from breach.vault import Signer
from breach.vault.signing import Succession

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
A, B = "incident/aaaaaaaaaaaaaaaaaaaa", "incident/bbbbbbbbbbbbbbbbbbbb"
SIGNER = Signer(b"s" * 32)

pytestmark = pytest.mark.django_db


def append(chain: str, number: int = 0) -> Entry:
    return log.append(
        chain=chain,
        actor_id=3,
        actor_uid="cccccccccccccccccccc",
        action="event.logged",
        subject=f"s{number}",
        data={"n": number, "mot": "été"},
        now=NOW,
    )


@pytest.fixture(autouse=True)
def ledger() -> None:
    """Two incidents of four entries each, checkpoints after two and at the end, and one entry more."""
    for number in range(1, 5):
        append(A, number)
        append(B, number)
        if number in (2, 4):
            log.checkpoint(signer=SIGNER, now=NOW)
    append(A, 5)


def check(**how: object) -> Report:
    values: dict[str, object] = {"public_keys": [SIGNER.public_key_bytes], "successions": []}
    return audit.verify_database(**(values | how))  # type: ignore[arg-type]


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings.kept]


def exported(chains: list[str] | None = None, signer: Signer = SIGNER) -> bytes:
    stream = BytesIO()
    export(stream, chains, signer=signer, public_keys=[signer.public_key_bytes], successions=[], now=NOW)
    return stream.getvalue()


def change(sql: str, *values: object) -> None:
    with without_triggers(connection), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_an_untouched_ledger_is_intact() -> None:
    report = check()
    assert codes(report) == []
    assert (report.entries, report.checkpoints, report.complete) == (11, 2, True)
    assert {name: size for name, (size, _) in report.heads.items()} == {"house": 2, A: 5, B: 4}


def test_an_empty_ledger_is_intact() -> None:
    change("DELETE FROM ledger_entry")
    change("DELETE FROM ledger_checkpoint")
    change("DELETE FROM ledger_head")
    report = check()
    assert (codes(report), report.entries) == ([], 0)


def test_a_changed_entry_is_named_with_its_place() -> None:
    body = Entry.objects.get(chain=A, seq=3).body
    change(
        "UPDATE ledger_entry SET body = %s WHERE chain = %s AND seq = 3", body.replace('"n":3', '"n":9'), A
    )
    report = check()
    assert codes(report) == ["altered", "head", "link"]
    assert [finding.place for finding in report.findings.kept] == [f"{A} 3", f"{A} 3", f"{A} 4"]


@pytest.mark.parametrize(
    "column",
    ["at = '2026-11-24 09:00:01+00'", "actor_id = 9", "actor_uid = 'x'", "action = 'a.b'", "subject = 'x'"],
)
def test_a_look_up_column_that_differs_from_the_entry_is_named(column: str) -> None:
    change(f"UPDATE ledger_entry SET {column} WHERE chain = %s AND seq = 3", A)  # noqa: S608
    report = check()
    assert codes(report) == ["column"]
    assert report.findings.kept[0].place == f"{A} 3"


def test_an_entry_moved_in_the_table_is_named() -> None:
    change("UPDATE ledger_entry SET seq = 40 WHERE chain = %s AND seq = 4", A)
    assert "column" in codes(check())


def test_a_stored_head_that_does_not_follow_is_named() -> None:
    change("UPDATE ledger_entry SET head = %s WHERE chain = %s AND seq = 3", "0" * 64, A)
    assert codes(check()) == ["head"]
    change("UPDATE ledger_head SET head = %s WHERE chain = %s", "0" * 64, B)
    assert codes(check()).count("head") >= 2


def test_a_missing_entry_is_a_gap() -> None:
    change("DELETE FROM ledger_entry WHERE chain = %s AND seq = 2", A)
    report = check()
    assert codes(report) == ["gap"]
    assert report.findings.kept[0].place == f"{A} 3"


def test_a_cut_tail_is_a_shrinking_ledger() -> None:
    change("DELETE FROM ledger_entry WHERE chain = %s AND seq = 5", A)
    report = check()
    assert codes(report) == ["shrunk"]
    assert "the stored head vouches for 5" in report.findings.kept[0].message


def test_a_tail_cut_together_with_its_head_shows_by_the_checkpoint() -> None:
    third = Entry.objects.get(chain=A, seq=3)
    change("DELETE FROM ledger_entry WHERE chain = %s AND seq > 3", A)
    change("UPDATE ledger_head SET size = 3, head = %s WHERE chain = %s", third.head, A)
    report = check()
    assert codes(report) == ["shrunk"]
    assert "checkpoint 2 vouches for 4" in report.findings.kept[0].message


def test_an_incident_that_vanished_shows_by_the_checkpoint() -> None:
    change("DELETE FROM ledger_entry WHERE chain = %s", A)
    change("DELETE FROM ledger_head WHERE chain = %s", A)
    report = check()
    assert codes(report) == ["missing_chain"]
    assert report.findings.kept[0].place == A


def test_history_written_anew_from_its_middle_shows_by_the_checkpoints() -> None:
    head = bytes.fromhex(Entry.objects.get(chain=A, seq=1).head)
    for row in Entry.objects.filter(chain=A, seq__gt=1).order_by("seq"):
        number = 99 if row.seq == 2 else row.seq
        body = chain.entry_bytes(
            chain=A,
            seq=row.seq,
            at=row.at,
            actor_id=row.actor_id,
            actor_uid=row.actor_uid,
            action=row.action,
            subject=row.subject,
            data={"n": number, "mot": "été"},
            prev=head,
        )
        head = chain.head_after(head, body)
        change(
            "UPDATE ledger_entry SET body = %s, leaf_hash = %s, head = %s WHERE id = %s",
            body.decode(),
            merkle.leaf_hash(body).hex(),
            head.hex(),
            row.pk,
        )
    change("UPDATE ledger_head SET head = %s WHERE chain = %s", head.hex(), A)
    report = check()
    assert codes(report) == ["head", "head"]
    assert "checkpoint 1 vouches for" in report.findings.kept[0].message


def test_a_checkpoint_that_was_removed_or_changed_is_named() -> None:
    change("DELETE FROM ledger_checkpoint WHERE number = 1")
    assert "checkpoint" in codes(check())
    change("UPDATE ledger_checkpoint SET signature = %s", "00" * 64)
    assert "signature" in codes(check())


def test_a_checkpoint_by_a_stranger_is_named() -> None:
    stranger = Signer(b"x" * 32)
    log.checkpoint(signer=stranger, now=NOW)
    assert codes(check()) == ["unknown_key"]


def test_checkpoints_of_an_earlier_signer_stay_trusted() -> None:
    new = Signer(b"n" * 32)
    log.checkpoint(signer=new, now=NOW)
    link = Succession.between(SIGNER, new)
    keys = [new.public_key_bytes, SIGNER.public_key_bytes]
    assert codes(check(public_keys=keys, successions=[link])) == []
    assert codes(check(public_keys=keys)) == ["unknown_key", "unknown_key"]


def test_missing_triggers_are_findings() -> None:
    on_table = "" if connection.vendor == "sqlite" else " ON ledger_head"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER ledger_head_forward{on_table}")
    assert codes(check()) == ["triggers"]


def test_entries_without_a_head_and_heads_without_entries_are_named() -> None:
    change("DELETE FROM ledger_head WHERE chain = %s", B)
    report = check()
    assert codes(report) == ["head"]
    assert report.findings.kept[0].place == B


def test_an_export_of_everything_is_intact_and_complete() -> None:
    report = verify(BytesIO(exported()), pinned=[SIGNER.public_key_bytes])
    assert codes(report) == []
    assert (report.entries, report.checkpoints, report.complete) == (11, 2, True)


def test_an_export_of_one_incident_is_intact_and_says_it_is_a_part() -> None:
    report = verify(BytesIO(exported([A])))
    assert codes(report) == []
    assert (report.entries, set(report.heads), report.complete) == (5, {A}, False)


def test_an_export_without_any_checkpoint_is_intact() -> None:
    change("DELETE FROM ledger_checkpoint")
    report = verify(BytesIO(exported([A])))
    assert (codes(report), report.checkpoints) == ([], 0)


def test_an_export_of_a_chain_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no such chain"):
        exported(["incident/zzzzzzzzzzzzzzzzzzzz"])


def test_an_export_shows_a_change_made_in_the_database() -> None:
    body = Entry.objects.get(chain=A, seq=3).body
    change(
        "UPDATE ledger_entry SET body = %s WHERE chain = %s AND seq = 3", body.replace('"n":3', '"n":9'), A
    )
    assert codes(verify(BytesIO(exported()))) == ["link"]


def test_an_export_leaves_out_what_is_appended_while_it_is_written() -> None:
    class Busy(BytesIO):
        """Appends to the chain as soon as the first line is written."""

        def write(self, data: bytes, /) -> int:  # type: ignore[override]
            if not self.tell():
                append(A, 6)
                append("incident/dddddddddddddddddddd", 1)
            return super().write(data)

    stream = Busy()
    export(stream, None, signer=SIGNER, public_keys=[SIGNER.public_key_bytes], successions=[], now=NOW)
    report = verify(BytesIO(stream.getvalue()))
    assert (codes(report), report.heads[A][0]) == ([], 5)
    assert ChainHead.objects.get(chain=A).size == 6
    assert Checkpoint.objects.count() == 2
