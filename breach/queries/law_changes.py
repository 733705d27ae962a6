"""Which parties were computed under an older state of switches and contracts."""

from django.db.models import Max, QuerySet

from breach.models import Incident, LawChange, Party, Phase, User

RUNNING = (Phase.REPORTED, Phase.OPEN)


def newest_change() -> int:
    """Number of the newest change; 0 before the first."""
    return int(LawChange.objects.aggregate(newest=Max("pk"))["newest"] or 0)


def behind() -> QuerySet[Party]:
    """Parties of running incidents that are still to be computed again."""
    return Party.objects.filter(incident__phase__in=RUNNING, law_seen__lt=newest_change()).order_by("pk")


def running_incidents(user: User) -> QuerySet[Incident]:
    """Running incidents that `user` may see: those that a change reaches."""
    return Incident.objects.visible_to(user).filter(phase__in=RUNNING).order_by("reference")
