"""Addresses under /settings/: what a house or a person sets, one section a page."""

from django.urls import path

from breach.views import (
    alarm_settings,
    clients,
    contract_editor,
    contracts,
    feeds,
    law_settings,
    organisations,
    report_link,
    settings_index,
    told,
    users,
)

urlpatterns = [
    path("", settings_index.index, name="settings"),
    path("users/", users.users, name="users"),
    path("users/<str:row>/", users.user, name="user"),
    path("resets/", users.resets, name="factor-resets"),
    path("told/", told.told, name="told"),
    path("sessions/", users.own_sessions, name="sessions"),
    path("feeds/", feeds.own_feeds, name="settings-feeds"),
    path("feeds/<str:row>/revoke/", feeds.revoke_feed, name="settings-feed-revoke"),
    path("clients/", clients.register, name="client-register"),
    path("clients/new/", clients.new, name="client-new"),
    path("clients/export.csv", clients.export, name="client-export"),
    path("clients/tables/<str:row>/", clients.table, name="client-table"),
    path("clients/<str:row>/", clients.edit, name="client-edit"),
    path("law/", law_settings.law, name="settings-law"),
    path("law/<str:key>/", law_settings.regime, name="settings-regime"),
    path("organisations/", organisations.organisations, name="settings-organisations"),
    path("organisations/new/", organisations.new, name="settings-organisation-new"),
    path("organisations/<str:row>/", organisations.change, name="settings-organisation"),
    path("contracts/", contracts.contracts, name="settings-contracts"),
    path("contracts/new/", contract_editor.new, name="settings-contract-new"),
    path("contracts/<str:row>/", contracts.contract, name="settings-contract"),
    path("contracts/<str:row>/edit/", contract_editor.change, name="settings-contract-edit"),
    path("report/", report_link.report_link, name="settings-report-link"),
    path("alarms/", alarm_settings.marks, name="settings-alarms"),
    path("webhooks/", alarm_settings.endpoints, name="settings-webhooks"),
    path("webhooks/<str:row>/try/", alarm_settings.try_endpoint, name="settings-webhook-try"),
    path("webhooks/<str:row>/retire/", alarm_settings.retire_endpoint, name="settings-webhook-retire"),
]
