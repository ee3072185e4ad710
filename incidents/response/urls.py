"""Where the pages of incidents lie: over all clients at /incidents/, each part under its client."""

from django.urls import URLPattern, URLResolver, path

from incidents.response.views import incidents, leading, measures, post_mortem, timeline, updates

OF_CLIENT = "c/<slug:client_slug>/incidents/"
OF_ONE = OF_CLIENT + "<int:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/", incidents.incident_list, name="incident_list"),
    path("incidents/export/", incidents.incident_export, name="incident_export"),
    path("incidents/log/", incidents.incident_log, name="incident_log"),
    path(OF_CLIENT, incidents.client_incident_list, name="client_incident_list"),
    path(OF_CLIENT + "export/", incidents.client_incident_export, name="client_incident_export"),
    path(OF_CLIENT + "log/", incidents.client_incident_log, name="client_incident_log"),
    path(OF_ONE, incidents.incident_show, name="incident_show"),
    path(OF_ONE + "acknowledge/", leading.incident_acknowledge, name="incident_acknowledge"),
    path(OF_ONE + "record/<slug:instant>/", leading.incident_record, name="incident_record"),
    path(OF_ONE + "severity/", leading.incident_severity, name="incident_severity"),
    path(OF_ONE + "people/", leading.incident_people, name="incident_people"),
    path(OF_ONE + "edit/", leading.incident_edit, name="incident_edit"),
    path(OF_ONE + "reopen/", leading.incident_reopen, name="incident_reopen"),
    path(OF_ONE + "close/", leading.incident_close, name="incident_close"),
    path(OF_ONE + "clients/", leading.incident_add_client, name="incident_add_client"),
    path(OF_ONE + "timeline/add/", timeline.incident_entry_add, name="incident_entry_add"),
    path(
        OF_ONE + "timeline/<int:pk>/correct/",
        timeline.incident_entry_correct,
        name="incident_entry_correct",
    ),
    path(OF_ONE + "records/", timeline.incident_link, name="incident_link"),
    path(OF_ONE + "update/", updates.incident_update, name="incident_update"),
    path(OF_ONE + "post-mortem/", post_mortem.post_mortem_show, name="post_mortem_show"),
    path(OF_ONE + "post-mortem/ask/", post_mortem.post_mortem_ask, name="post_mortem_ask"),
    path(OF_ONE + "post-mortem/review/", post_mortem.post_mortem_review, name="post_mortem_review"),
    path(OF_ONE + "post-mortem/share/", post_mortem.post_mortem_share, name="post_mortem_share"),
    path(OF_ONE + "post-mortem/pdf/", post_mortem.post_mortem_pdf, name="post_mortem_pdf"),
    path(OF_ONE + "post-mortem/print/", post_mortem.post_mortem_print, name="post_mortem_print"),
    path(OF_ONE + "post-mortem/<slug:key>/", post_mortem.post_mortem_edit, name="post_mortem_edit"),
    path(OF_ONE + "print/", post_mortem.incident_print, name="incident_print"),
    path(OF_ONE + "measures/add/", measures.measure_add, name="measure_add"),
    path(OF_ONE + "measures/<int:pk>/", measures.measure_edit, name="measure_edit"),
    path(OF_ONE + "measures/<int:pk>/done/", measures.measure_done, name="measure_done"),
    path(OF_ONE + "measures/<int:pk>/drop/", measures.measure_drop, name="measure_drop"),
]
