"""Addresses of the outward side on the case side's pages; the portal has its own."""

from django.urls import include, path

from notifications.urls_notices import urlpatterns as notice_patterns

urlpatterns = [
    path("incidents/<str:uid>/", include(notice_patterns)),
]
