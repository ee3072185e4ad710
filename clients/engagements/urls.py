"""Where the pages of the engagements room lie."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
