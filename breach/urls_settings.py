"""Addresses under /settings/: what a house or a person sets, one section a page."""

from django.urls import path

from breach.views import settings_index, users

urlpatterns = [
    path("", settings_index.index, name="settings"),
    path("users/", users.users, name="users"),
    path("users/<str:row>/", users.user, name="user"),
    path("resets/", users.resets, name="factor-resets"),
    path("sessions/", users.own_sessions, name="sessions"),
]
