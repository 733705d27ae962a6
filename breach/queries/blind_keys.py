"""From a blind index to the source records that have it."""

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models import Q, QuerySet

from breach.intake.prepare import word_of
from breach.models import BlindKey, Incident, IntakeState, SourceRecord


def keys_of(source: SourceRecord) -> Iterable[BlindKey]:
    """Yield the unsaved keys of a source record that has a primary key."""
    for index in (source.email_index, source.customer_index, source.name_index, source.identifier_index):
        if index is not None:
            yield BlindKey(value=word_of(bytes(index)), source=source)


def holders(incident: Incident, name: str, index: bytes) -> QuerySet[SourceRecord]:
    """Return the sources of an incident whose `name` (email_index, say) is exactly `index`.

    While a table is being loaded its keys are not in order yet: its sources are looked through one by one.
    """
    known = BlindKey.objects.filter(value=word_of(index)).values("source")
    being_loaded = Q(file__state=IntakeState.LOADING)
    return SourceRecord.objects.filter(Q(pk__in=known) | being_loaded, incident=incident, **{name: index})


def known_words(words: Iterable[int], party: int) -> dict[int, list[int]]:
    """Return which of these words sources of the party have, with the sources' primary keys; in one query."""
    if not BlindKey.objects.exists():
        return {}
    wanted = list(words)
    # One parameter, however many words there are.
    among, value = (
        ("= ANY(%s)", wanted)
        if connection.vendor == "postgresql"
        else ("IN (SELECT value FROM json_each(%s))", json.dumps(wanted))
    )
    found: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.value, k.source_id FROM breach_blindkey k JOIN breach_sourcerecord s ON s.id = k.source_id"  # noqa: S608
            f" WHERE k.value {among} AND s.party_id = %s",
            [value, party],
        )
        for word, source in cursor.fetchall():
            found.setdefault(word, []).append(source)
    return found
