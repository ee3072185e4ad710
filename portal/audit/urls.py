"""Addresses of the audit room."""

from django.urls import URLPattern, URLResolver, path

from portal.audit import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("c/<slug:client_slug>/activity/", views.client_activity, name="client_activity"),
    path(
        "c/<slug:client_slug>/activity/export/", views.client_activity_export, name="client_activity_export"
    ),
    path("practice/activity/", views.practice_activity, name="practice_activity"),
]
