"""Addresses of the workflows room."""

from django.urls import path

from clients.workflows import views

urlpatterns = [
    path("records/proposals/", views.proposal_index, name="proposal_index"),
    path("c/<slug:client_slug>/exports/", views.export_list, name="export_list"),
    path("c/<slug:client_slug>/exports/upload/", views.export_upload, name="export_upload"),
    path("c/<slug:client_slug>/exports/<int:pk>/", views.export_show, name="export_show"),
    path("c/<slug:client_slug>/exports/<int:pk>/diff/<int:older>/", views.export_diff, name="export_diff"),
    path("c/<slug:client_slug>/exports/<int:pk>/download/", views.export_download, name="export_download"),
    path("c/<slug:client_slug>/exports/<int:pk>/remove/", views.export_remove, name="export_remove"),
    path("c/<slug:client_slug>/proposals/", views.proposal_list, name="proposal_list"),
    path("c/<slug:client_slug>/proposals/decide/", views.proposal_decide, name="proposal_decide"),
    path("c/<slug:client_slug>/proposals/<int:pk>/reopen/", views.proposal_reopen, name="proposal_reopen"),
]
