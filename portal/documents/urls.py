"""Addresses of the documents room."""

from django.urls import URLPattern, URLResolver, path

from portal.documents import checking, views
from portal.documents.evidence import listing
from portal.documents.evidence import views as evidence

EVIDENCE = "c/<slug:client_slug>/evidence/"
ONE = EVIDENCE + "<int:pk>/"

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
    path(EVIDENCE, listing.evidence_list, name="evidence_list"),
    path(EVIDENCE + "export/", listing.evidence_export, name="evidence_export"),
    path(
        EVIDENCE + "attach/<str:subject_type>/<str:subject_id>/",
        evidence.evidence_attach,
        name="evidence_attach",
    ),
    path(ONE, evidence.evidence_show, name="evidence_show"),
    path(ONE + "download/", evidence.evidence_download, name="evidence_download"),
    path(ONE + "visibility/", evidence.evidence_visibility, name="evidence_visibility"),
    path(ONE + "withdraw/", evidence.evidence_withdraw, name="evidence_withdraw"),
]
