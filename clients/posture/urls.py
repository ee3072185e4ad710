"""Addresses of the posture room: the client's front page and its controls."""

from django.urls import URLPattern, URLResolver, path

from clients.posture import views, waiver_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("c/<slug:client_slug>/", views.client_overview, name="client_overview"),
    path("c/<slug:client_slug>/posture/", views.posture_list, name="posture_list"),
    path("c/<slug:client_slug>/posture/how/", views.posture_how, name="posture_how"),
    path("c/<slug:client_slug>/posture/export/", views.posture_export, name="posture_export"),
    path(
        "c/<slug:client_slug>/posture/waivers/<int:pk>/end/",
        waiver_views.waiver_end,
        name="waiver_end",
    ),
    path("c/<slug:client_slug>/posture/<slug:control_id>/", views.posture_control, name="posture_control"),
    path("c/<slug:client_slug>/posture/<slug:control_id>/waive/", waiver_views.waiver_add, name="waiver_add"),
]
