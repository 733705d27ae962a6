"""What was done outside this system for one duty: every record with what corrected it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from breach.models import Attachment, Discharge, DischargeStep, Obligation, ObligationState, Party
from breach.vault import Destroyed

OPEN = (ObligationState.PROVISIONAL, ObligationState.RUNNING)


@dataclass(frozen=True, slots=True)
class DoneLine:
    """One record. `stands`: nothing corrects it and it was not taken back. `erased`: its words are gone with their key."""

    row: Discharge
    stands: bool
    reference: str
    note: str
    reasons: str
    files: Sequence[Attachment]
    erased: bool = False


@dataclass(frozen=True, slots=True)
class DoneOutside:
    """The records of a duty, oldest first. `standing` is the one that counts; `may_record`: its clock runs."""

    lines: tuple[DoneLine, ...]
    standing: DoneLine | None
    may_record: bool


def discharges_of(owed: Obligation) -> QuerySet[Discharge]:
    """All records of what `owed` asks for, whichever of its clocks they were made on."""
    rows = Discharge.objects.filter(
        party=owed.party_id,
        obligation__affected=None,
        obligation__regime=owed.regime,
        obligation__to=owed.to,
        obligation__phase=owed.phase,
    )
    return rows.order_by("pk")


def standing_of(party: Party, *, to: Iterable[str]) -> QuerySet[Discharge]:
    """The records of a party that count, for what is owed to these recipients."""
    rows = Discharge.objects.filter(party=party, superseded_by=None, obligation__to__in=list(to))
    return (
        rows.exclude(step=DischargeStep.TAKEN_BACK)
        .select_related("obligation", "incident")
        .order_by("at", "pk")
    )


def done_outside(owed: Obligation) -> DoneOutside:
    """Collect what the page of a clock shows. Two queries."""
    if owed.affected_id:
        return DoneOutside((), None, may_record=False)
    rows = list(discharges_of(owed).select_related("incident", "created_by", "obligation"))
    events = [row.event_id for row in rows if row.event_id]
    files = list(Attachment.objects.filter(event__in=events).order_by("pk"))
    last = rows[-1] if rows else None
    lines = tuple(
        _line(row, row is last, [file for file in files if file.event_id == row.event_id]) for row in rows
    )
    standing = lines[-1] if lines and lines[-1].stands else None
    return DoneOutside(lines, standing, may_record=owed.state in OPEN)


def _line(row: Discharge, is_last: bool, files: Sequence[Attachment]) -> DoneLine:
    stands = is_last and row.step != DischargeStep.TAKEN_BACK
    try:
        return DoneLine(row, stands, row.reference, row.note, row.reasons, files)
    except Destroyed:
        return DoneLine(row, stands, "", "", "", files, erased=True)
