"""Mappings that somebody chose before, offered again for the next table with the same header.

Kept for the house, so by the place of a column: a header is the file's own words and goes with its incident.
"""

from collections.abc import Sequence
from datetime import datetime

from breach.errors import BadInput
from breach.intake.mapping import ColumnMapping, ColumnRule, check_mapping, header_signature
from breach.models import IntakeFile, KnownMapping, User
from breach.models.base import new_uid


def remember(*, actor: User, file: IntakeFile, header: Sequence[str], now: datetime) -> KnownMapping:
    """Keep the mapping of an accepted file for its header. Call in the caller's transaction."""
    mapping = ColumnMapping.from_json(file.mapping)
    place = {name: index for index, name in enumerate(header)}
    document = mapping.to_json() | {
        "columns": [[place[rule.column], rule.field, rule.kind] for rule in mapping.columns]
    }
    row, _made = KnownMapping.objects.update_or_create(
        signature=header_signature(header),
        defaults={"mapping": document, "used_at": now, "created_by": actor},
        create_defaults={
            "uid": new_uid(),
            "mapping": document,
            "used_at": now,
            "created_by": actor,
            "created_at": now,
        },
    )
    return row


def known_for(header: Sequence[str]) -> tuple[ColumnMapping, KnownMapping] | None:
    """Return the mapping that was last accepted for this header, and its row; None where there is none.

    One that no longer fits (a kind of data that was renamed, say) is left where it is and not offered.
    """
    row = KnownMapping.objects.filter(signature=header_signature(header)).first()
    if row is None:
        return None
    document = row.mapping | {"columns": {}}
    rules = tuple(ColumnRule(header[index], field, kind) for index, field, kind in row.mapping["columns"])
    mapping = ColumnMapping.from_json(document)
    try:
        return check_mapping(_with(mapping, rules), header), row
    except BadInput:
        return None


def _with(mapping: ColumnMapping, rules: tuple[ColumnRule, ...]) -> ColumnMapping:
    return ColumnMapping(
        rules, mapping.country, mapping.language, mapping.date_order, mapping.kinds, mapping.relation
    )


def row_for(file: IntakeFile) -> KnownMapping | None:
    """Return the kept mapping of a table's header while the table still has it as proposed; None otherwise."""
    columns = [column["name"] for column in (file.profile or {}).get("columns", [])]
    found = known_for(columns) if columns and file.mapping else None
    return found[1] if found and found[0].to_json() == file.mapping else None
