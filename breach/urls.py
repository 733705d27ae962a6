"""Addresses of the case side. Nothing of Django's admin or django-rq's pages is mounted."""

from django.conf import settings
from django.urls import include, path
from django.views.i18n import set_language

from breach.urls_settings import urlpatterns as settings_patterns
from breach.urls_timeline import urlpatterns as timeline_patterns
from breach.views import (
    access,
    affected,
    approvals,
    asked,
    assessment,
    clocks,
    errors,
    facts,
    feeds,
    glass,
    holds,
    home,
    incidents,
    intake,
    join,
    ledger,
    live,
    obligation,
    obligations,
    overview,
    people,
    people_exports,
    person,
    report,
    styleguide,
    suggestions,
    triage,
    what_if,
)

# What notifications adds to the room; a string, since breach never imports it.
OUTWARD = "notifications.urls"

room_patterns = [
    path("", overview.overview, name="overview"),
    path("live/", live.head, name="incident-live"),
    path("members/", incidents.members, name="members"),
    path("access/", access.access, name="access"),
    path("asked/", asked.asked, name="asked"),
    path("asked/files/<str:row>/", asked.shared_file, name="asked-file"),
    path("phase/", incidents.move, name="incident-move"),
    path("facts/", facts.facts, name="facts"),
    path("facts/file/", facts.upload, name="facts-upload"),
    path("facts/versions/<str:row>/", facts.version, name="facts-version"),
    path("facts/versions/<str:row>/<str:kind>", facts.document, name="facts-document"),
    path("awareness/", obligations.awareness, name="awareness"),
    path("obligations/", obligations.obligations, name="obligations"),
    path("obligations/holds/", holds.holds, name="holds"),
    path("obligations/holds/<str:row>/", holds.hold, name="hold"),
    path("obligations/what-if/", what_if.suppose, name="what-if"),
    path("obligations/<str:row>/", obligation.working, name="obligation"),
    path("assessment/", assessment.assessment, name="assessment"),
    path("approvals/<str:row>/", approvals.approval, name="approval"),
    path("people/", people.people, name="people"),
    path("people/files/", intake.upload, name="people-upload"),
    path("people/files/<str:row>/", intake.file, name="people-file"),
    path("people/files/<str:row>/refused.csv", intake.refused, name="people-refused"),
    path("people/archives/<str:row>/", intake.archive, name="people-archive"),
    path("people/add/", person.add, name="people-add"),
    path("people/mark/", person.mark_many, name="people-mark"),
    path("people/exports/", people_exports.exports, name="people-exports"),
    path("people/exports/<str:row>/", people_exports.download, name="people-export"),
    path("people/suggestions/", suggestions.page, name="people-suggestions"),
    path("people/<str:row>/", person.person, name="person"),
    path("clients/", affected.clients, name="affected-clients"),
    path("clients/choose/", affected.choose, name="affected-choose"),
    path("clients/export.csv", affected.export, name="affected-export"),
    path("clients/<str:row>/", affected.client, name="affected-client"),
    path("ledger/", ledger.entries, name="ledger"),
    path("ledger/export/", ledger.export, name="ledger-export"),
    *timeline_patterns,
]

urlpatterns = [
    path("", home.home, name="home"),
    path("health/", home.health, name="health"),
    path("language/", set_language, name="set_language"),
    path("account/", include("breach.urls_account")),
    path("clocks/", clocks.clocks, name="clocks"),
    path("clocks/feed/<str:token>.ics", feeds.feed, name="clock-feed"),
    path("settings/", include(settings_patterns)),
    path("report/", report.report, name="report"),
    path("report/receipt/", report.receipt, name="report-receipt"),
    path("report/<str:token>/", report.by_link, name="report-by-link"),
    path("triage/", triage.triage, name="triage"),
    path("triage/<str:row>/", triage.suspicion, name="suspicion"),
    path("triage/<str:row>/incident/", triage.incident, name="suspicion-incident"),
    path("join/", join.join, name="join"),
    path("join/account/", join.join_account, name="join-account"),
    path("break-glass/", glass.glass, name="break-glass"),
    path("incidents/", home.incidents, name="incidents"),
    path("incidents/new/", incidents.new, name="incident-new"),
    path("incidents/<str:uid>/", include(room_patterns)),
    path("", include(OUTWARD)),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
