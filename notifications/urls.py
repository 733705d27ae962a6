"""Addresses of the outward side: what it adds to the incident room, readers, and the register."""

from django.urls import include, path

from notifications.urls_filings import house_patterns
from notifications.urls_filings import urlpatterns as filing_patterns
from notifications.urls_notices import urlpatterns as notice_patterns

urlpatterns = [
    path("incidents/<str:uid>/", include([*notice_patterns, *filing_patterns])),
    *house_patterns,
]
