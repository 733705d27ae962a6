"""What speaks against submitting a notice: in its texts, and in the letters to the people on it."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from breach.models import Party
from breach.queries.facts import facts_of
from notifications.addressing import Addressed, address
from notifications.contents import live_content
from notifications.letters.lint import lint
from notifications.letters.lint_people import addressable, printable
from notifications.letters.values import Finding, NoticeContent
from notifications.models import Notice
from notifications.queries.notices import stand_ins
from notifications.queries.telling_rules import channel_findings
from notifications.states import Channel, PersonState

SHOWN = 20
OPEN_AT_ONCE = 500


def text_findings(notice: Notice, *, date: dt.date) -> list[Finding]:
    """Return what is minded about the texts as they stand and the channels, legal findings first. Opens nothing sealed."""
    people = [like for like, _count in stand_ins(notice)]
    found = lint(live_content(notice), people, date=date, uncertain=is_uncertain(notice.party))
    return sorted([*channel_findings(notice), *found], key=lambda finding: finding.level != "legal")


def is_uncertain(party: Party) -> bool:
    """Say whether the facts leave open that anybody saw the data, so that a letter has to say "may have been"."""
    facts = facts_of(party)
    if facts.accessed or facts.exfiltration == "confirmed":
        return False
    return facts.exfiltration is not None or facts.confidentiality is None


def people_findings(notice: Notice) -> list[Finding]:
    """Return why letters to single people could not be made; at most SHOWN. Places are uids of rows of the
    notice.
    """
    content = live_content(notice)
    found = (finding for one in _everybody(notice) if (finding := _finding(one, content)))
    return list(islice(found, SHOWN))


def _everybody(notice: Notice) -> Iterator[Addressed]:
    rows = notice.people.exclude(state__in=[PersonState.UNREACHABLE, PersonState.WITHHELD]).order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:OPEN_AT_ONCE]):
        last = batch[-1].pk
        yield from address(notice, batch)


def _finding(one: Addressed, content: NoticeContent) -> Finding | None:
    found = printable(one.recipient)
    if found is None and one.row.channel == Channel.POST:
        found = addressable(one.recipient, content)
    return found
