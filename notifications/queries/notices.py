"""Reading notices: totals that reconcile, counts for the approver, who is left out and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from breach.models import Addressee, Approval, Incident, User
from notifications.contents import frozen_content
from notifications.letters.compose import variant_of
from notifications.letters.values import NoticeContent, Recipient, VariantKey
from notifications.models import Attempt, Notice, PersonNotice, PrintRun
from notifications.states import Channel, Outcome, PersonState
from notifications.totals import Totals, totals_of

STAND_IN = "–"


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the different letters, a stand-in for whom it is written to, and how many get it."""

    key: VariantKey
    like: Recipient
    people: int


def notices_of(incident: Incident) -> "QuerySet[Notice]":
    return incident.letter_notices.select_related("party__organisation", "author", "parent").order_by(
        "number"
    )


def notice_of(incident: Incident, uid: str) -> Notice | None:
    rows = incident.letter_notices.select_related("incident", "party__organisation", "author", "parent")
    return rows.filter(uid=uid).first()


def reconcile(notice: Notice) -> Totals:
    """Sum the rows of a notice and hold them against the number that was approved."""
    return totals_by_notice([notice])[notice.pk]


def totals_by_notice(notices: Iterable[Notice]) -> dict[int, Totals]:
    """Sum many notices in one query. A draft counts what it lists so far."""
    rows = list(notices)
    counted = (
        PersonNotice.objects.filter(notice__in=rows).values_list("notice_id", "state").annotate(n=Count("pk"))
    )
    states: dict[int, dict[str, int]] = {notice.pk: {} for notice in rows}
    for notice_id, state, count in counted.order_by("notice_id", "state"):
        states[notice_id][state] = count
    return {
        notice.pk: totals_of(notice.recipients or sum(states[notice.pk].values()), states[notice.pk])
        for notice in rows
    }


def incident_totals(incident: Incident) -> Totals:
    """Sum over all notices of the incident that were submitted and not withdrawn."""
    rows = incident.letter_notices.exclude(state="withdrawn").filter(recipients__gt=0)
    return sum(totals_by_notice(rows).values(), Totals(0))


def states_of(notice: Notice) -> dict[str, int]:
    rows = notice.people.values_list("state").annotate(n=Count("pk")).order_by("state")
    return dict(rows)


def summary_of(notice: Notice, content: NoticeContent) -> dict[str, Any]:
    """Return the counts that an approver sees and the approval keeps: no names, no addresses."""
    sent = notice.people.exclude(state__in=[PersonState.UNREACHABLE, PersonState.WITHHELD])
    return {
        "recipients": notice.people.count(),
        "to_send": sent.count(),
        "by_language": _counts(sent, "language"),
        "by_channel": _counts(sent, "channel"),
        "by_country": _counts(sent, "country"),
        "left_out": _counts(notice.people.exclude(reason=""), "reason"),
        "variants": len(variants(notice, content)),
        "languages": sorted(content.wordings),
    }


def variants(notice: Notice, content: NoticeContent | None = None) -> list[Variant]:
    """Return the different letters of the notice with their counts, most people first. Opens nothing
    sealed.
    """
    content = content or frozen_content(notice)
    found: dict[VariantKey, Variant] = {}
    for like, count in stand_ins(notice):
        key = variant_of(content, like)
        before = found.get(key)
        found[key] = Variant(key, before.like if before else like, count + (before.people if before else 0))
    return sorted(found.values(), key=lambda one: (-one.people, str(one.key)))


def approval_of(notice: Notice) -> Approval | None:
    """Return the newest approval of the notice, whatever became of it."""
    return (
        Approval.objects.filter(kind="letters", subject_uid=notice.uid)
        .select_related("author", "decided_by")
        .order_by("-pk")
        .first()
    )


def waits_for(notice: Notice, user: User) -> bool:
    """Say whether `user` was asked to approve the notice and has not answered."""
    approval = approval_of(notice)
    if approval is None or approval.state != "asked" or approval.author_id == user.pk:
        return False
    return approval.requests.filter(approver=user, asked_at__isnull=False).exists()


def left_out(notice: Notice) -> "QuerySet[PersonNotice]":
    """People on the notice to whom nothing goes, with the reason in `reason`."""
    rows = notice.people.filter(
        state__in=[PersonState.UNREACHABLE, PersonState.WITHHELD, PersonState.SUPERSEDED]
    )
    return rows.select_related("person").order_by("reason", "pk")


def unclear(notice: Notice) -> "QuerySet[PersonNotice]":
    """Letters of which nobody knows whether they left; a person has to look."""
    return notice.people.filter(state=PersonState.AMBIGUOUS).select_related("person").order_by("pk")


def came_back(notice: Notice) -> dict[str, int]:
    """Count what bounced or was returned, by code, whatever happened to the person afterwards."""
    rows = Attempt.objects.filter(person_notice__notice=notice).exclude(came_back_code="")
    return dict(rows.values_list("came_back_code").annotate(n=Count("pk")).order_by("came_back_code"))


def print_runs(incident: Incident) -> "QuerySet[PrintRun]":
    rows = PrintRun.objects.filter(notice__incident=incident)
    return (
        rows.select_related("notice__incident", "recorded_by", "manifest")
        .prefetch_related("files__file")
        .order_by("-pk")
    )


def sent_by_channel(notice: Notice) -> dict[str, int]:
    rows = notice.people.filter(state__in=[PersonState.ACCEPTED, PersonState.POSTED])
    return _counts(rows, "channel")


def attempts_of(row: PersonNotice) -> "QuerySet[Attempt]":
    return row.attempts.order_by("pk")


def open_attempt(row: PersonNotice) -> Attempt | None:
    return row.attempts.filter(outcome=Outcome.OPEN).order_by("-pk").first()


def due_channels(notice: Notice) -> list[Channel]:
    """Channels in which letters of the notice wait, whenever they are due."""
    rows = notice.people.filter(state=PersonState.PENDING).values_list("channel", flat=True).distinct()
    return [Channel(name) for name in rows.order_by("channel")]


def stand_ins(notice: Notice) -> list[tuple[Recipient, int]]:
    """Group people by all that can change their letter; one stand-in without a name for each group, with its
    count.
    """
    names = ("language", "country", "person__region", "person__kinds", "person__minor", "addressee")
    rows = notice.people.exclude(state__in=[PersonState.UNREACHABLE, PersonState.WITHHELD])
    found = []
    for row in rows.values(*names).annotate(n=Count("pk")).order_by(*names[:3], "n"):
        like = Recipient(
            uid="",
            full_name=STAND_IN,
            language=row["language"],
            country=row["country"],
            region=row["person__region"] or "",
            kinds=tuple(row["person__kinds"]),
            minor=row["person__minor"],
            deceased=row["addressee"] == Addressee.NEXT_OF_KIN,
        )
        found.append((like, row["n"]))
    return found


def _counts(rows: "QuerySet[PersonNotice]", name: str) -> dict[str, int]:
    return {str(key): count for key, count in rows.values_list(name).annotate(n=Count("pk")).order_by(name)}
