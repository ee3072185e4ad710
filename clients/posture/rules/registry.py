"""Which control is judged by which rule, and what is missing for the others. Every control of the catalogue is here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from clients.posture.rules import access, engagements, operations, privacy, secrets, suppliers
from clients.posture.rules.facts import Facts
from clients.posture.rules.finding import Finding, nothing, unproven
from clients.posture.rules.incidents import breaches, learning, response

#: Raised when a rule changes what it finds in the same facts, so that a step in the history can be told apart.
VERSION = 3

#: The kinds of record that no register keeps yet, as the catalogue names them, in words that begin a sentence.
KINDS = {
    "AIUse": "accounts with AI providers",
    "AccessGrant": "access grants",
    "AdminSystem": "administrative systems",
    "Alert": "alerts",
    "AlertRule": "alert rules",
    "Approval": "written approvals of the client",
    "Backup": "backups",
    "Change": "changes",
    "Checklist": "checklists",
    "DPA": "agreements with the client",
    "DataFlow": "data flows",
    "DataStore": "data stores",
    "DeletionRun": "deletion runs",
    "Dsar": "requests of data subjects",
    "EmailDomain": "sending domains",
    "Environment": "environments",
    "Finding": "vulnerability findings",
    "Handover": "handovers",
    "HygieneReview": "hygiene reviews",
    "LogPolicy": "log policies",
    "MailingList": "mailing lists",
    "OptOutRule": "opt-out rules",
    "PenTest": "penetration tests",
    "PrivacyPolicy": "privacy policies",
    "ProgrammeReview": "programme reviews",
    "Project": "pieces of work",
    "Questionnaire": "questionnaires",
    "ReleaseNoteCheck": "checks of release notes",
    "RepoScan": "repository scans",
    "Requirement": "applicable laws and standards",
    "RestoreTest": "restore tests",
    "RetentionRule": "retention rules",
    "RopaEntry": "records of processing",
    "Run": "runs",
    "Runbook": "runbooks",
    "SecretAccessLog": "reads of secrets",
    "SecretScan": "secret scans",
    "SecurityTxt": "published security contacts",
    "Training": "trainings",
    "UptimeCheck": "uptime checks",
    "VendorAssessment": "vendor assessments",
    "VulnReport": "vulnerability reports",
    "WebhookEndpoint": "webhook endpoints",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How one control is judged. With `missing` kinds of record it can fail or not apply, but never pass."""

    control_id: str
    judge: Callable[[Facts, datetime], Finding]
    missing: tuple[str, ...] = ()

    def evaluate(self, facts: Facts, now: datetime) -> Finding:
        finding = self.judge(facts, now)
        return unproven(finding, self.missing, kinds(self.missing)) if self.missing else finding


_RULES = (
    Rule("ACC-01", access.least_privilege),
    Rule("ACC-02", access.no_shared_logins, ("AccessGrant",)),
    Rule("ACC-06", access.ended_within_a_day, ("Project", "AccessGrant")),
    Rule("ACC-07", engagements.reviewed),
    Rule("ACC-08", access.service_accounts),
    Rule("ACC-09", access.no_personal_tokens),
    Rule("ACC-10", access.narrow_scope),
    Rule("SEC-01", secrets.kept_safely),
    Rule("SEC-02", secrets.not_in_definitions, ("SecretScan",)),
    Rule("SEC-03", secrets.rotated_in_time),
    Rule("SEC-06", secrets.oauth_first),
    Rule("SEC-07", secrets.register_complete),
    Rule("SEC-08", secrets.one_per_environment),
    Rule("SEC-10", secrets.revoked_when_retired),
    Rule("WHK-01", operations.signed_webhooks, ("WebhookEndpoint",)),
    Rule("WHK-02", operations.limited_webhooks, ("WebhookEndpoint",)),
    Rule("WHK-03", operations.replayed_webhooks, ("WebhookEndpoint",)),
    Rule("DAT-02", suppliers.own_accounts, ("DataStore",)),
    Rule("DAT-03", suppliers.in_region, ("Environment", "DataStore")),
    Rule("DAT-07", privacy.unless_no_personal_data("DAT-07"), ("DataFlow",)),
    Rule("LOG-02", operations.trail),
    Rule("LOG-03", engagements.log_retention, ("LogPolicy",)),
    Rule("LOG-04", privacy.unless_no_personal_data("LOG-04"), ("LogPolicy",)),
    Rule("MON-02", operations.critical_workflows, ("UptimeCheck",)),
    Rule("REL-01", operations.retries),
    Rule("CHG-04", privacy.unless_no_personal_data("CHG-04"), ("Environment",)),
    Rule("CHG-07", operations.approved_before_use, ("Approval", "DataFlow")),
    Rule("BCK-01", operations.exported),
    Rule("INC-01", response.response_plan),
    Rule("INC-02", response.response_targets),
    Rule("INC-03", response.updates),
    Rule("INC-04", learning.summaries),
    Rule("INC-05", learning.post_mortems),
    Rule("INC-06", engagements.contacts),
    Rule("INC-07", response.phases),
    Rule("INC-08", breaches.clocks),
    Rule("INC-09", learning.measures),
    Rule("AI-01", suppliers.zero_retention, ("AIUse",)),
    Rule("AI-02", suppliers.retention_disclosed, ("AIUse", "Approval")),
    Rule("AI-03", suppliers.no_training, ("AIUse",)),
    Rule("AI-04", suppliers.under_terms),
    Rule("AI-05", suppliers.fine_tuning, ("AIUse",)),
    Rule("PRV-01", privacy.unless_no_personal_data("PRV-01"), ("DPA",)),
    Rule("PRV-02", suppliers.listed_with_agreements, ("DataFlow",)),
    Rule("PRV-03", privacy.unless_no_personal_data("PRV-03"), ("Dsar",)),
    Rule("PRV-04", privacy.unless_no_personal_data("PRV-04"), ("RopaEntry",)),
    Rule("VEN-01", suppliers.assessed_yearly, ("VendorAssessment", "DataFlow")),
)
RULES = {rule.control_id: rule for rule in _RULES}

#: Controls of which no record says anything yet, with the kinds of record that would.
NOT_YET: dict[str, tuple[str, ...]] = {
    "ACC-03": ("AdminSystem", "AccessGrant"),
    "ACC-04": ("AdminSystem",),
    "ACC-05": ("AccessGrant",),
    "ACC-11": ("AccessGrant",),
    "ACC-12": ("AccessGrant",),
    "SEC-04": ("Handover", "Project"),
    "SEC-05": ("SecretAccessLog",),
    "SEC-09": ("SecretScan", "Alert"),
    "DAT-01": ("DataFlow",),
    "DAT-04": ("RetentionRule", "DataStore"),
    "DAT-05": ("RetentionRule", "DeletionRun"),
    "DAT-06": ("DataFlow", "DataStore"),
    "DAT-08": ("DataFlow", "DataStore"),
    "DAT-09": ("DataFlow",),
    "LOG-01": ("Run",),
    "MON-01": ("AlertRule", "Alert"),
    "MON-03": ("AlertRule", "Alert"),
    "MON-04": ("AlertRule", "Alert"),
    "REL-02": ("Runbook", "Alert"),
    "REL-03": ("Change",),
    "CHG-01": ("Change", "Environment"),
    "CHG-02": ("Change",),
    "CHG-03": ("ReleaseNoteCheck",),
    "CHG-05": ("HygieneReview",),
    "CHG-06": ("Checklist",),
    "BCK-02": ("Backup", "DataStore"),
    "BCK-03": ("RestoreTest", "DataStore", "Runbook"),
    "VUL-01": ("RepoScan", "Runbook"),
    "VUL-02": ("Finding",),
    "VUL-03": ("VulnReport", "SecurityTxt"),
    "VUL-04": ("PenTest", "Project"),
    "PRV-05": ("Requirement", "Project"),
    "PRV-06": ("OptOutRule", "DataFlow", "Dsar"),
    "PRV-07": ("PrivacyPolicy",),
    "VEN-02": ("VendorAssessment",),
    "VEN-03": ("Questionnaire",),
    "HND-01": ("Runbook",),
    "HND-02": ("Handover", "Project"),
    "HND-03": ("Handover", "Environment", "Project"),
    "EML-01": ("EmailDomain",),
    "EML-02": ("MailingList",),
    "CUL-01": ("Training",),
    "CUL-02": ("ProgrammeReview",),
}


def is_provable(control_id: str) -> bool:
    """Tell whether the registers kept here hold all that the control needs to pass."""
    return control_id in RULES and not RULES[control_id].missing


def kinds(missing: Iterable[str]) -> str:
    """Name kinds of record in words: "data flows and data stores"."""
    names = [KINDS[kind] for kind in missing]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def evaluate(control_id: str, facts: Facts, now: datetime) -> Finding:
    """Judge one control. Raises KeyError for an id that is neither judged nor listed as not yet judged."""
    if control_id in RULES:
        return RULES[control_id].evaluate(facts, now)
    missing = NOT_YET[control_id]
    finding = nothing(control_id, f"{kinds(missing)} are kept in no register yet")
    return replace(finding, missing=missing)
