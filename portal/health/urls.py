"""Where the pages of the health room lie."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
