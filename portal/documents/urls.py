"""Addresses of the documents room."""

from django.urls import URLPattern, URLResolver, path

from portal.documents import checking, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("check/", checking.document_check, name="document_check"),
    path("documents/", views.document_all, name="document_all"),
    path("c/<slug:client_slug>/documents/", views.document_list, name="document_list"),
    path("c/<slug:client_slug>/documents/new/", views.pack_new, name="pack_new"),
    path("c/<slug:client_slug>/documents/<int:pk>/", views.document_show, name="document_show"),
    path("c/<slug:client_slug>/documents/<int:pk>/again/", views.document_again, name="document_again"),
    path(
        "c/<slug:client_slug>/documents/<int:pk>/download/", views.document_download, name="document_download"
    ),
]
