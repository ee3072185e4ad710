"""Addresses of the frame."""

from django.urls import path

from portal.shell import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("settings/", views.settings, name="settings"),
    path("settings/theme/", views.theme_set, name="theme_set"),
    path("settings/practice/", views.practice_switch, name="practice_switch"),
    path("specimen/", views.specimen_sheet, name="specimen"),
]
