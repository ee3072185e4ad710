"""Addresses of the practice's clients."""

from django.urls import path

from portal.tenancy import views

urlpatterns = [
    path("practice/clients/", views.client_list, name="client_list"),
    path("practice/clients/add/", views.client_add, name="client_add"),
    path("c/<slug:client_slug>/edit/", views.client_edit, name="client_edit"),
    path("c/<slug:client_slug>/end/", views.client_end, name="client_end"),
]
