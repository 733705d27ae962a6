"""Addresses under /settings/: what a house or a person sets, one section a page."""

from django.urls import path

from breach.views import settings_index

urlpatterns = [
    path("", settings_index.index, name="settings"),
]
