"""Where the pages of the messages room lie."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
