"""Regimes that the house has switched off: by whom, why, since when."""

from collections.abc import Iterable

from django.db.models import Max

from breach.models import RegimeSwitch


def switches() -> dict[str, RegimeSwitch]:
    """The switch that stands of every regime that was ever switched, by regime."""
    newest = RegimeSwitch.objects.values("regime").annotate(newest=Max("pk")).values("newest")
    rows = RegimeSwitch.objects.filter(pk__in=newest).select_related("created_by")
    return {row.regime: row for row in rows}


def switched_off() -> dict[str, RegimeSwitch]:
    return {regime: row for regime, row in switches().items() if row.off}


def history(regime: str) -> list[RegimeSwitch]:
    """Every time it was switched, newest first."""
    return list(RegimeSwitch.objects.filter(regime=regime).select_related("created_by").order_by("-pk"))


def by_uid(uids: Iterable[str]) -> dict[str, RegimeSwitch]:
    return {row.uid: row for row in RegimeSwitch.objects.filter(uid__in=uids).select_related("created_by")}
