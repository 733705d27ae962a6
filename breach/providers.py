"""Where `notifications` adds to the pages, since `breach` never imports it: tabs, next actions, totals, settings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from breach.models import Approval, Incident, Person, User


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the incident room. `label` is lazy text, `url_name` takes the incident's uid, `order` sorts."""

    key: str
    label: Any
    url_name: str
    capability: str
    order: int


@dataclass(frozen=True, slots=True)
class NextAction:
    """What should happen next. The smallest `urgency` is shown in the header."""

    urgency: int
    text: Any
    url: str


@dataclass(frozen=True, slots=True)
class Total:
    """A number of the overview with the page that lists what was counted."""

    label: Any
    value: int
    url: str


@dataclass(frozen=True, slots=True)
class PersonLink:
    """What else there is about a person, with its page; `state` says where it stands."""

    label: Any
    state: Any
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the settings. `capability` is a right of the whole house; empty: everybody sets their own."""

    key: str
    label: Any
    lead: Any
    url_name: str
    capability: str
    order: int


NextActions = Callable[[Incident, User], list[NextAction]]
Totals = Callable[[Incident, User], list[Total]]
PersonLinks = Callable[[Person, User], list[PersonLink]]

tabs: list[Tab] = []
next_actions: list[NextActions] = []
totals: list[Totals] = []
person_links: list[PersonLinks] = []
sections: list[Section] = []


def register_tab(tab: Tab) -> None:
    if all(known.key != tab.key for known in tabs):
        tabs.append(tab)
        tabs.sort(key=lambda known: known.order)


def register_next_actions(provider: NextActions) -> None:
    if provider not in next_actions:
        next_actions.append(provider)


def register_totals(provider: Totals) -> None:
    if provider not in totals:
        totals.append(provider)


def register_person_links(provider: PersonLinks) -> None:
    if provider not in person_links:
        person_links.append(provider)


def register_section(section: Section) -> None:
    if all(known.key != section.key for known in sections):
        sections.append(section)
        sections.sort(key=lambda known: known.order)


SubjectUrl = Callable[[Approval], str]
subject_urls: dict[str, SubjectUrl] = {}


def register_subject_url(kind: str, find: SubjectUrl) -> None:
    """Say where the content of an approval of `kind` is shown in full."""
    subject_urls[kind] = find


def subject_url(approval: Approval) -> str:
    """The page that shows what `approval` is about, or "" when nobody registered one."""
    find = subject_urls.get(approval.kind)
    return find(approval) if find else ""
