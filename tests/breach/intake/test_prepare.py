"""A batch made ready is what its rows give one by one."""

import json
from itertools import pairwise

from hypothesis import given, settings

from breach.intake.columnar import ColumnNormaliser
from breach.intake.mapping import ColumnMapping, ColumnRule
from breach.intake.match import plain_keys
from breach.intake.normalise import Accepted, Normaliser, channel_of, has_address
from breach.intake.prepare import Preparer, RawBatch, encode, key_columns, new_uids, word_of
from breach.intake.record import merged
from breach.intake.rows import Row
from breach.vault import IncidentVault, salted_digest
from tests.breach.intake.tables import TODAY
from tests.breach.intake.test_columnar import tables

VAULT = IncidentVault(bytes(range(32)))


@settings(max_examples=150, deadline=None)
@given(tables())
def test_what_is_stored_of_a_row_is_what_its_record_gives(
    given_table: tuple[ColumnMapping, list[str], list[Row]],
) -> None:
    mapping, header, rows = given_table
    outcomes = [Normaliser(mapping, header, TODAY)(row) for row in rows]
    taken = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]

    found = Preparer(mapping, header, TODAY, VAULT.worker_keys()).prepare(
        RawBatch(0, rows, []), milliseconds=1
    )

    bodies = VAULT.open_many(
        (f"source-record/{uid}", blob) for uid, blob in zip(found.source_uids, found.sources, strict=True)
    )
    views = VAULT.open_many(
        (f"person/{uid}", blob) for uid, blob in zip(found.person_uids, found.people, strict=True)
    )
    assert [json.loads(body)["record"] for body in bodies] == [
        json.loads(each.record.to_bytes()) for each in taken
    ]
    assert views == [merged([each.record]).to_bytes() for each in taken]
    assert [digest.hex() for digest in found.digests] == [
        salted_digest("source-record", each.record.to_bytes(), bytes.fromhex(json.loads(body)["salt"]))
        for each, body in zip(taken, bodies, strict=True)
    ]
    keys = [
        dict(zip(("email", "customer_number", "name_birth_postcode", "national_id"), four, strict=True))
        for four in zip(
            *(found.email_index, found.customer_index, found.name_index, found.identifier_index), strict=True
        )
    ]
    assert [{kind: value for kind, value in row.items() if value} for row in keys] == [
        {
            kind: VAULT.blind(text, kind=kind)
            for kind, text in (*plain_keys(each.record), ("national_id", each.national_id))
            if text
        }
        for each in taken
    ]
    assert found.words == [tuple(word_of(value) for value in row.values() if value) for row in keys]
    assert list(
        zip(found.rows, found.channel, found.has_email, found.has_address, found.minor, strict=True)
    ) == [
        (each.row, channel_of(each.record), bool(each.record.email), has_address(each.record), each.minor)
        for each in taken
    ]
    assert [tuple(json.loads(kinds)) for kinds in found.kinds] == [each.kinds for each in taken]


def test_a_table_without_a_filled_cell_encodes_to_nothing() -> None:
    columns = ColumnNormaliser(ColumnMapping((ColumnRule("n", "full_name"),)), ("n",), TODAY)([])

    assert (encode(columns), [list(texts) for _kind, texts in key_columns(columns, [])]) == (
        ([], []),
        [[], [], [], []],
    )


def test_ids_grow_with_the_time_and_do_not_repeat() -> None:
    ids = [uid for milliseconds in (5, 6, 7_000) for uid in new_uids(50, milliseconds)]

    assert len(set(ids)) == 150
    assert {len(uid) for uid in ids} == {26}
    assert all(one <= other for one, other in pairwise(uid[:10] for uid in ids))
