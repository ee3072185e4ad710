"""Where the pages of the engagements room lie: under the client, beside its registers."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from clients.engagements.views import access_reviews, contacts, support


class SideConverter(StringConverter):
    """The word of a side in an address."""

    regex = "client|practice"


register_converter(SideConverter, "side")

OF_CLIENT = "c/<slug:client_slug>/"
CONTACTS = OF_CLIENT + "contacts/"
REVIEWS = OF_CLIENT + "access-reviews/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(OF_CLIENT + "support/", support.support_show, name="support_show"),
    path(OF_CLIENT + "support/edit/", support.support_edit, name="support_edit"),
    path(CONTACTS, contacts.contact_list, name="contact_list"),
    path(CONTACTS + "add/<side:side>/", contacts.contact_add, name="contact_add"),
    path(CONTACTS + "<int:pk>/", contacts.contact_edit, name="contact_edit"),
    path(CONTACTS + "<int:pk>/verify/", contacts.contact_verify, name="contact_verify"),
    path(CONTACTS + "<int:pk>/retire/", contacts.contact_retire, name="contact_retire"),
    path(REVIEWS, access_reviews.access_review_list, name="access_review_list"),
    path(REVIEWS + "start/", access_reviews.access_review_start, name="access_review_start"),
    path(REVIEWS + "<int:pk>/", access_reviews.access_review_show, name="access_review_show"),
    path(REVIEWS + "<int:pk>/finish/", access_reviews.access_review_finish, name="access_review_finish"),
    path(REVIEWS + "<int:pk>/export/", access_reviews.access_review_export, name="access_review_export"),
    path(
        REVIEWS + "entries/<int:pk>/carried-out/",
        access_reviews.access_review_carry_out,
        name="access_review_carry_out",
    ),
]
