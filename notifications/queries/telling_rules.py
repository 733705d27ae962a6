"""Which laws that ask for letters to people say by which channel, and what the notice's channels lack of it."""

from collections.abc import Iterator

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from breach.law import regimes, telling
from breach.law.telling import TellingRule
from breach.models import Obligation, ObligationState, Party
from breach.models import PersonState as Affected
from notifications.delivery.channels import tells_password
from notifications.letters.values import Finding
from notifications.models import Notice
from notifications.queries.notices import stand_ins
from notifications.states import Channel, KeptFromEmail

ASKED = (ObligationState.PROVISIONAL, ObligationState.RUNNING, ObligationState.MET)


def telling_rules(party: Party) -> list[TellingRule]:
    """Return the rules of the laws under which the party owes, or has met, notice to people."""
    rows = Obligation.objects.filter(party=party, to="individuals", state__in=ASKED)
    rules = telling.load()
    return [rules[key] for key in sorted(set(rows.values_list("regime", flat=True))) if key in rules]


def channel_findings(notice: Notice) -> Iterator[Finding]:
    """Yield what laws and the safety of people mind about the channels of the notice."""
    policy = notice.policy
    by_email = Channel.EMAIL in policy and notice.kept_from_email != KeptFromEmail.EVERYBODY
    for rule in telling_rules(notice.party) if by_email else ():
        if rule.first == Channel.POST and policy[0] != Channel.POST:
            yield Finding(
                "legal",
                "post_first",
                "frame/policy",
                _("%(law)s wants letters by post (%(citation)s)") % _named(rule),
                _("Choose post first. E-mail is for those who agreed to it."),
            )
        elif rule.email == "if_agreed":
            yield Finding(
                "style",
                "email_if_agreed",
                "frame/policy",
                _("%(law)s lets e-mail go only to those who agreed to it (%(citation)s)") % _named(rule),
                _("Choose post only, unless everybody who has an e-mail address agreed."),
            )
    if by_email and not notice.kept_from_email and _someone_lost_password(notice):
        yield Finding(
            "style",
            "email_not_safe",
            "frame/kept_from_email",
            _("Passwords were exposed, and who has them may read the mailboxes where they were used again"),
            _("Write to these people by post, or say that their mailboxes are safe."),
        )


def _someone_lost_password(notice: Notice) -> bool:
    if notice.people.exists():
        return any(tells_password(like.kinds) for like, _count in stand_ins(notice))
    listed = notice.party.person_rows.filter(state=Affected.ACTIVE).order_by()
    return any(tells_password(kinds) for kinds in listed.values_list("kinds", flat=True).distinct())


def _named(rule: TellingRule) -> dict[str, str]:
    return {"law": regimes.load()[rule.regime].name(get_language() or "en"), "citation": rule.citation}
