"""Addresses that a stranger can ask for."""

from django.urls import path

from notifications.portal import views

urlpatterns = [path("", views.check, name="check"), path("health/", views.health, name="portal-health")]

handler400 = views.bad_request
handler404 = views.not_found
handler500 = views.failed
