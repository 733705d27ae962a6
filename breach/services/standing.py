"""One writer at a time for what is compared with what stood before."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from breach.models import Incident


@contextmanager
def one_writer(incident: Incident) -> Iterator[None]:
    """Hold the incident's row while somebody reads what stands, compares and writes, all in one transaction.

    Two forms that were opened over the same state and sent in the same moment come one after the other here, so the
    second sees what the first wrote. Nothing slow belongs in it.
    """
    with transaction.atomic():
        Incident.objects.select_for_update().only("pk").get(pk=incident.pk)
        yield
