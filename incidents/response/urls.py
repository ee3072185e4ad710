"""Where the pages of incidents lie."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
