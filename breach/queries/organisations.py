"""The legal entities of the house, each with what filings and letters would miss."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from breach.models import Organisation
from breach.models.incidents import Phase


@dataclass(frozen=True, slots=True)
class OrganisationCard:
    """One legal entity. `missing` is in words; `running` counts its incidents that are not closed, drills included."""

    row: Organisation
    missing: tuple[str, ...]
    running: int


def organisation_cards() -> list[OrganisationCard]:
    """Return all of them by name, in one query."""
    is_running = Q(parties__incident__phase__in=[Phase.REPORTED, Phase.OPEN])
    rows = Organisation.objects.annotate(running=Count("parties__incident", filter=is_running, distinct=True))
    return [OrganisationCard(row, missing_of(row), row.running) for row in rows]


def missing_of(row: Organisation) -> tuple[str, ...]:
    """Say what Articles 33(3)(b) and 34(2) GDPR ask for and is not entered."""
    wanted = (
        (bool(row.street and row.city), _("an address, to which letters that cannot be delivered come back")),
        (
            bool(row.contact_email or row.contact_phone),
            _("an e-mail address or a telephone number at which people concerned learn more"),
        ),
        (
            bool(row.dpo_name and (row.dpo_email or row.dpo_phone)),
            _("the data protection officer, with a way to reach them, if there is one"),
        ),
    )
    return tuple(words for is_there, words in wanted if not is_there)
