"""The site map: what lies where. `/` Today, `/c/<client>/` one client, `/records/` all clients, `/account/` oneself."""

from django.urls import include, path

urlpatterns = [
    path("", include("portal.shell.urls")),
    path("", include("portal.accounts.urls")),
    path("", include("portal.tenancy.urls")),
    path("", include("portal.audit.urls")),
    path("", include("portal.documents.urls")),
    path("", include("portal.outbox.urls")),
    path("", include("portal.deadlines.urls")),
    path("", include("portal.health.urls")),
    path("", include("clients.engagements.urls")),
    path("", include("incidents.response.urls")),
    path("", include("clients.workflows.urls")),
    path("", include("clients.posture.urls")),
    path("", include("clients.trust.urls")),
    path("", include("clients.registers.urls")),
]

handler400 = "portal.shell.views.bad_request"
handler403 = "portal.shell.views.permission_denied"
handler404 = "portal.shell.views.not_found"
handler500 = "portal.shell.views.server_error"
# allauth looks for this one when one of its limits is reached.
handler429 = "portal.accounts.limits.too_many"
