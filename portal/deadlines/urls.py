"""Where the pages of the deadlines room lie."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
