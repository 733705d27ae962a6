import datetime as dt

import pytest

from breach.models import KnownMapping, new_uid
from breach.services.bulk import VALUES_AT_ONCE, insert_rows, instant_value

FIELDS = ("uid", "created_at", "signature", "mapping", "used_at")
TOGETHER = VALUES_AT_ONCE // len(FIELDS)
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, TOGETHER - 1, TOGETHER, TOGETHER + 1, 2 * TOGETHER + 1])
def test_all_rows_are_inserted_in_their_order_wherever_a_statement_ends(count: int) -> None:
    instant = instant_value(NOW)
    rows = ((new_uid(), instant, f"{number:06d}", "{}", instant) for number in range(count))
    insert_rows(KnownMapping, FIELDS, rows)
    stored = KnownMapping.objects.order_by("pk").values_list("signature", "mapping", "used_at")
    assert list(stored) == [(f"{number:06d}", {}, NOW) for number in range(count)]
