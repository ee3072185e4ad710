"""Addresses of the registers: `/c/<client>/<register>/…` for one client, `/records/<register>/` over all in reach."""

from django.urls import URLPattern, URLResolver, path, register_converter

from clients.registers.queries import MODELS
from clients.registers.views import credentials, lists, records, reviews, transfers


class RegisterConverter:
    """Matches the known registers' words and nothing else, so that other rooms' addresses stay theirs."""

    regex = "|".join(MODELS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(RegisterConverter, "register")

OF_CLIENT = "c/<slug:client_slug>/<register:register>/"
OF_RECORD = OF_CLIENT + "<int:pk>/"
OF_CREDENTIAL = "c/<slug:client_slug>/credentials/<int:pk>/"
OF_SUB_PROCESSOR = "c/<slug:client_slug>/sub-processors/<int:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("records/", lists.register_index, name="register_index"),
    path("records/<register:register>/", lists.register_all, name="register_all"),
    path("records/<register:register>/export/", transfers.register_export_all, name="register_export_all"),
    path(OF_CLIENT, lists.register_list, name="register_list"),
    path(OF_CLIENT + "add/", records.register_add, name="register_add"),
    path(OF_CLIENT + "hand-over/", records.register_hand_over, name="register_hand_over"),
    path(OF_CLIENT + "export/", transfers.register_export, name="register_export"),
    path(OF_CLIENT + "template/", transfers.register_template, name="register_template"),
    path(OF_CLIENT + "import/", transfers.register_import, name="register_import"),
    path(OF_CLIENT + "import/<int:pk>/", transfers.import_preview, name="import_preview"),
    path(OF_CLIENT + "import/<int:pk>/apply/", transfers.import_apply, name="import_apply"),
    path(OF_CLIENT + "import/<int:pk>/drop/", transfers.import_drop, name="import_drop"),
    path(OF_RECORD, records.record_show, name="record_show"),
    path(OF_RECORD + "edit/", records.record_edit, name="record_edit"),
    path(OF_RECORD + "retire/", records.record_retire, name="record_retire"),
    path(OF_RECORD + "unretire/", records.record_unretire, name="record_unretire"),
    path(OF_RECORD + "reassign/", records.record_reassign, name="record_reassign"),
    path(OF_RECORD + "review/", reviews.record_review, name="record_review"),
    path(
        OF_CREDENTIAL + "reassign/",
        records.record_reassign,
        {"register": "credentials"},
        name="credential_reassign",
    ),
    path(OF_CREDENTIAL + "rotate/", credentials.credential_rotate, name="credential_rotate"),
    path(OF_SUB_PROCESSOR + "assess/", reviews.sub_processor_assess, name="sub_processor_assess"),
    path(OF_CREDENTIAL + "revoke/", credentials.credential_revoke, name="credential_revoke"),
]
