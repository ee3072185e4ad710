"""Where the pages of the outbox lie: one's own under /account/, the practice's, a client's, and all messages."""

from django.urls import path, re_path

from portal.outbox.views import channels, deliveries, preferences

VERB = "(?P<verb>test|on|off)"

urlpatterns = [
    path("account/messages/", preferences.message_settings, name="message_settings"),
    path("account/messages/sent/", preferences.own_messages, name="own_messages"),
    path("account/channels/add/", channels.own_channel_add, name="own_channel_add"),
    path("account/channels/<int:pk>/edit/", channels.own_channel_edit, name="own_channel_edit"),
    path("account/channels/<int:pk>/remove/", channels.own_channel_remove, name="own_channel_remove"),
    re_path(rf"^account/channels/(?P<pk>\d+)/{VERB}/$", channels.own_channel_act, name="own_channel_act"),
    path("practice/channels/", channels.practice_channel_list, name="practice_channel_list"),
    path("practice/channels/add/", channels.practice_channel_add, name="practice_channel_add"),
    path("practice/channels/<int:pk>/edit/", channels.practice_channel_edit, name="practice_channel_edit"),
    path(
        "practice/channels/<int:pk>/remove/", channels.practice_channel_remove, name="practice_channel_remove"
    ),
    re_path(
        rf"^practice/channels/(?P<pk>\d+)/{VERB}/$",
        channels.practice_channel_act,
        name="practice_channel_act",
    ),
    path("c/<slug:client_slug>/channels/", channels.client_channel_list, name="client_channel_list"),
    path("c/<slug:client_slug>/channels/add/", channels.client_channel_add, name="client_channel_add"),
    path(
        "c/<slug:client_slug>/channels/<int:pk>/edit/",
        channels.client_channel_edit,
        name="client_channel_edit",
    ),
    path(
        "c/<slug:client_slug>/channels/<int:pk>/remove/",
        channels.client_channel_remove,
        name="client_channel_remove",
    ),
    re_path(
        rf"^c/(?P<client_slug>[-\w]+)/channels/(?P<pk>\d+)/{VERB}/$",
        channels.client_channel_act,
        name="client_channel_act",
    ),
    path("practice/messages/", deliveries.message_list, name="message_list"),
    path("practice/messages/export/", deliveries.message_export, name="message_export"),
    path("practice/messages/again/", deliveries.message_again_all, name="message_again_all"),
    path("practice/messages/<int:pk>/", deliveries.message_show, name="message_show"),
    path("practice/messages/<int:pk>/again/", deliveries.message_again, name="message_again"),
]
