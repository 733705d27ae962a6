"""Whom letters reached, by country, and where a notice in public stands in for those whom none reached."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from breach.law import telling
from breach.law.telling import TellingRule
from breach.models import Incident, Obligation, Party, Person
from breach.models.people import PersonState as Affected
from notifications.contents import frozen_content
from notifications.letters.public import PublicText, public_text
from notifications.models import Notice, PersonNotice, PublicNotice
from notifications.queries.telling_rules import ASKED, telling_rules
from notifications.states import TALLY_OF, NoticeState, PersonState, Tally

OUT = (NoticeState.RELEASED, NoticeState.FINISHED)


@dataclass(frozen=True, slots=True)
class CountryReach:
    """People of one country (ISO 3166-1, "" where not known) by what is known of their letters. `failed` and `unreachable` have
    no channel left; `unclear` may have left or not; `held_back` is what somebody decided.
    """

    country: str
    told: int = 0
    pending: int = 0
    unclear: int = 0
    failed: int = 0
    unreachable: int = 0
    held_back: int = 0

    @property
    def unreached(self) -> int:
        return self.failed + self.unreachable

    @property
    def people(self) -> int:
        return self.told + self.pending + self.unclear + self.unreached + self.held_back


@dataclass(frozen=True, slots=True)
class Substitution:
    """What a law makes of the people whom no letter reached. `state` is owed (its number is reached), fewer (somebody, but not so
    many), open (the law names no number) or done (a notice in public is recorded).
    """

    party: Party
    rule: TellingRule
    unreached: int
    state: str
    published: tuple[PublicNotice, ...]


def reach(incident: Incident, party: Party | None = None) -> list[CountryReach]:
    """Count the people on notices that are out, each once, by country; the country with most people first.

    A letter that a later one replaced is counted with the later one.
    """
    rows = PersonNotice.objects.filter(notice__incident=incident, notice__state__in=OUT)
    rows = rows.filter(notice__party=party) if party else rows
    counted = (
        rows.exclude(state=PersonState.SUPERSEDED).values_list("country", "state").annotate(n=Count("pk"))
    )
    found: dict[str, dict[str, int]] = {}
    for country, state, count in counted.order_by("country", "state"):
        name = _name_of(PersonState(state))
        sums = found.setdefault(country, {})
        sums[name] = sums.get(name, 0) + count
    made = [CountryReach(country, **sums) for country, sums in found.items()]
    return sorted(made, key=lambda one: (-one.people, one.country))


def substitutions(incident: Incident) -> list[Substitution]:
    """Return what each law under which letters are owed makes of the people whom none reached, where there are any."""
    found = []
    for party in incident.parties.select_related("organisation").order_by("pk"):
        rules = [rule for rule in telling_rules(party) if rule.substitute]
        if not rules:
            continue
        counts = {one.country: one.unreached for one in reach(incident, party) if one.unreached}
        published = list(PublicNotice.objects.filter(party=party).select_related("created_by"))
        found += [one for rule in rules if (one := _substitution(party, rule, counts, published))]
    return found


def owes_public(incident: Incident) -> bool:
    """Say whether a law's number of people whom no letter reached is crossed and no notice in public recorded. In one query
    where no such law asks for letters: every page of the room asks.
    """
    numbered = [key for key, rule in telling.load().items() if rule.substitute and rule.substitute.people]
    asked = Obligation.objects.filter(
        incident=incident, to="individuals", regime__in=numbered, state__in=ASKED
    )
    for party, regime in sorted(set(asked.values_list("party_id", "regime"))):
        rows = PersonNotice.objects.filter(
            notice__party=party,
            notice__state__in=OUT,
            state__in=[PersonState.UNREACHABLE, PersonState.FAILED],
        )
        counts = dict(rows.values_list("country").annotate(n=Count("pk")).order_by("country"))
        published = PublicNotice.objects.filter(party=party, regime=regime)
        if telling.load()[regime].owes_substitute(counts) and not published.exists():
            return True
    return False


def drafts(party: Party, rule: TellingRule, on: dt.date) -> list[PublicText]:
    """Return the notice in public in every language of the party's newest letters that are out; none before that."""
    notices = Notice.objects.filter(party=party, state__in=OUT, parent=None).select_related(
        "incident", "party__organisation"
    )
    newest = notices.order_by("-number").first()
    if newest is None:
        return []
    content, kinds = frozen_content(newest), _kinds(party)
    until = last_day(rule, on)
    free = [wording.language for wording in content.wordings.values() if not wording.form]
    return [public_text(content, tag, kinds, date=on, until=until) for tag in sorted(free)]


def last_day(rule: TellingRule, published: dt.date) -> dt.date | None:
    """Return the last day on which a notice on the web has to stand by the law; None where it names none."""
    days = rule.substitute.website_days if rule.substitute else None
    return published + dt.timedelta(days=days) if days else None


def _substitution(
    party: Party, rule: TellingRule, counts: dict[str, int], published: Iterable[PublicNotice]
) -> Substitution | None:
    unreached = rule.unreached(counts)
    mine = tuple(one for one in published if one.regime == rule.regime)
    if not unreached and not mine:
        return None
    if mine:
        state = "done"
    elif rule.substitute and rule.substitute.people is None:
        state = "open"
    else:
        state = "owed" if rule.owes_substitute(counts) else "fewer"
    return Substitution(party, rule, unreached, state, mine)


def _kinds(party: Party) -> tuple[str, ...]:
    listed = Person.objects.filter(party=party, state=Affected.ACTIVE).order_by()
    return tuple(
        sorted({kind for kinds in listed.values_list("kinds", flat=True).distinct() for kind in kinds})
    )


def _name_of(state: PersonState) -> str:
    if state == PersonState.UNREACHABLE:
        return "unreachable"
    names = {
        Tally.DELIVERED: "told",
        Tally.FAILED: "failed",
        Tally.PENDING: "pending",
        Tally.AMBIGUOUS: "unclear",
        Tally.WITHHELD: "held_back",
    }
    return names[TALLY_OF[state]]
