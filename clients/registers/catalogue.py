"""The table of registers: each declared once, all served by the same pages."""

from __future__ import annotations

from clients.registers.forms.records import CredentialForm, IntegrationForm, SubProcessorForm, WorkflowForm
from clients.registers.lists import cells
from clients.registers.models import Credential, Integration, SubProcessor, Workflow
from clients.registers.register import ListColumn, Register
from portal.shell.tables import Column

OWNER = ListColumn(Column("owner", "Owner", sort=True), cells.owner, "owner__name")
CLIENT = ListColumn(Column("client", "Client", sort=True), cells.client, "client__name")

WORKFLOWS = Register(
    model=Workflow,
    title="Workflows",
    article="a",
    about="Every automation that runs for the client: where it runs, who owns it and what happens when it stops.",
    not_here="What it connects to stands under integrations.",
    coming="Add the first one, or read an export of n8n, Make, Zapier or Power Automate.",
    columns=(
        ListColumn(
            Column("name", "Workflow", sort=True, narrow="lead"), cells.lead(cells.workflow_sub), "name"
        ),
        OWNER,
        ListColumn(Column("criticality", "Criticality"), cells.choice("criticality")),
        ListColumn(Column("environment", "Environment"), cells.choice("environment")),
        ListColumn(Column("personal_data", "Personal data"), cells.answer("personal_data")),
        ListColumn(Column("uses_ai", "AI"), cells.answer("uses_ai")),
    ),
    form=WorkflowForm,
    default_sort="name",
    due_title="",
    due_label="",
    due_url_name="",
    filters=("platform", "criticality", "personal_data"),
    searched=("name", "platform", "description"),
    table_fields=(*WorkflowForm.Meta.fields,),
)
INTEGRATIONS = Register(
    model=Integration,
    title="Integrations",
    article="an",
    about="Every connection of a workflow to a platform: how it signs in, and what it may do there.",
    not_here="The secrets that it signs in with stand under credentials, and are kept in a vault.",
    coming="Add the first one, or read a workflow's export: its connections are proposed here.",
    columns=(
        ListColumn(
            Column("name", "Integration", sort=True, narrow="lead"), cells.lead(cells.integration_sub), "name"
        ),
        OWNER,
        ListColumn(Column("scopes", "Scopes granted"), cells.lines("scopes_granted")),
        ListColumn(Column("account", "Service account"), cells.text("service_account")),
        ListColumn(Column("read_only", "Read-only"), cells.answer("read_only")),
        ListColumn(Column("due", "Review", sort=True, narrow="side"), cells.due, "renewal_on"),
    ),
    form=IntegrationForm,
    default_sort="due",
    due_title="Review",
    due_label="Record review",
    due_url_name="record_review",
    filters=("due", "platform", "auth_type"),
    searched=("name", "platform", "service_account"),
    table_fields=(*IntegrationForm.Meta.fields,),
    linked=("workflow",),
)
CREDENTIALS = Register(
    model=Credential,
    title="Credentials",
    article="a",
    about="Every key and token a client's automations depend on.",
    not_here="The secrets themselves stay in the vault named here.",
    coming="Add the first one, or read a workflow's export: the credentials that it names are proposed here.",
    columns=(
        ListColumn(
            Column("name", "Credential", sort=True, narrow="lead"), cells.lead(cells.credential_sub), "name"
        ),
        OWNER,
        ListColumn(Column("scopes", "Scopes"), cells.lines("scopes")),
        ListColumn(Column("due", "Renews", sort=True, narrow="side"), cells.due, "next_due_on"),
        ListColumn(Column("rotated_on", "Last rotated", kind="date"), cells.day("rotated_on")),
    ),
    form=CredentialForm,
    default_sort="due",
    due_title="Renews",
    due_label="Record rotation",
    due_url_name="credential_rotate",
    filters=("due", "platform", "kind"),
    searched=("name", "platform"),
    table_fields=(*CredentialForm.Meta.fields,),
    staff_only=("storage_ref", "fingerprint", "external_id"),
)
SUB_PROCESSORS = Register(
    model=SubProcessor,
    title="Sub-processors",
    article="a",
    about="Every company that personal data of the client is passed on to: what for, where, and under which terms.",
    not_here="A company that gets no personal data does not belong here.",
    coming="Add the first one: start with the platforms that the workflows run on.",
    columns=(
        ListColumn(
            Column("name", "Company", sort=True, narrow="lead"), cells.lead(cells.sub_processor_sub), "name"
        ),
        OWNER,
        ListColumn(Column("data", "Data"), cells.lines("data_categories")),
        ListColumn(Column("location", "Where"), cells.text("location")),
        ListColumn(Column("uses_ai", "AI"), cells.answer("uses_ai")),
        ListColumn(Column("dpa", "DPA signed", kind="date"), cells.day("dpa_signed_on")),
        ListColumn(Column("due", "DPA review", sort=True, narrow="side"), cells.due, "dpa_review_on"),
    ),
    form=SubProcessorForm,
    default_sort="name",
    due_title="DPA review",
    due_label="Record review",
    due_url_name="record_review",
    filters=("due", "uses_ai", "transfer_tool"),
    searched=("name", "purpose", "legal_entity"),
    table_fields=(*SubProcessorForm.Meta.fields,),
)

REGISTERS: dict[str, Register] = {
    register.slug: register for register in (WORKFLOWS, INTEGRATIONS, CREDENTIALS, SUB_PROCESSORS)
}
