"""From a blind index to the source records that have it."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from breach.models import BlindKey, Incident, IntakeState, SourceRecord

WORD = 8  # bytes of an index that lead to candidates


def word_of(index: bytes) -> int:
    """Return what `BlindKey.value` holds for a blind index."""
    return int.from_bytes(index[:WORD], "big", signed=True)


def keys_of(source: SourceRecord) -> Iterable[BlindKey]:
    """Yield the unsaved keys of a source record that has a primary key."""
    for index in (source.email_index, source.customer_index, source.name_index):
        if index is not None:
            yield BlindKey(value=word_of(bytes(index)), source=source)


def holders(incident: Incident, name: str, index: bytes) -> QuerySet[SourceRecord]:
    """Return the sources of an incident whose `name` (email_index, say) is exactly `index`.

    While a table is being loaded its keys are not in order yet: its sources are looked through one by one.
    """
    known = BlindKey.objects.filter(value=word_of(index)).values("source")
    being_loaded = Q(file__state=IntakeState.LOADING)
    return SourceRecord.objects.filter(Q(pk__in=known) | being_loaded, incident=incident, **{name: index})
