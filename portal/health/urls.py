"""Where the pages of the health room lie. The two for machines have no slash, as their kind is called everywhere."""

from django.urls import path

from portal.health import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("practice/system/", views.system, name="system"),
]
