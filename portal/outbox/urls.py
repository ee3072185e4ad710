"""Where the pages of the outbox room lie."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
