"""Read Power Automate flows and Logic Apps: triggers, nested actions, connection references and run-after rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from clients.workflows.facts import ExportFacts
from clients.workflows.readers.auth_kinds import connector_auth, header_auth
from clients.workflows.readers.collect import Collector
from clients.workflows.readers.hosts import hosts_in, walk_hosts
from clients.workflows.readers.model_names import model_in_text
from clients.workflows.readers.parsing import dig, items, kind_of, mapping, refuse, text
from clients.workflows.readers.platform_names import ai_provider, platform_of_app, platform_of_host
from clients.workflows.readers.withhold import withhold

_REFERENCE = re.compile(r"\$connections'\)\['([\w.-]{1,100})'\]")
_DEPLOYMENT = re.compile(r"/deployments/([\w.-]{1,100})/")
_HTTP_AUTH = {
    "basic": "basic",
    "activedirectoryoauth": "oauth2",
    "managedserviceidentity": "service_account",
    "raw": "header",
}
_CODE = frozenset({"JavaScriptCode", "CSharpScriptCode", "PowerShellCode", "InlineCode"})


def is_definition(value: Any) -> bool:
    """Tell whether a JSON value is a workflow definition: triggers and actions by name."""
    inner = mapping(value)
    return isinstance(inner.get("actions"), dict) and isinstance(inner.get("triggers", {}), dict)


def find_flow(value: Any) -> dict[str, Any] | None:
    """Return the part of an export that holds `definition`, in any of the forms Microsoft writes, or None."""
    for candidate in (mapping(value).get("properties"), value):
        if is_definition(mapping(candidate).get("definition")):
            return mapping(candidate)
    return {"definition": value} if is_definition(value) else None


def read_power_automate(
    export: dict[str, Any], where: str = "", name: str = "", connection_names: dict[str, str] | None = None
) -> ExportFacts:
    """Return the facts of one flow.

    `name` is used where the flow carries none; `connection_names` gives the names of connections by
    reference, as the manifest of a package knows them. Raises `UnreadableExport` for an action that is none.
    """
    flow = find_flow(export)
    if flow is None:
        refuse("This looks like a Power Automate flow, but it has no definition with triggers and actions.")
    _check(flow["definition"], where)
    kept = {key: value for key, value in export.items() if key != "tags"}
    content, refused = withhold(_without_people(kept), where)
    flow = find_flow(content) or {}
    definition = flow["definition"]
    found = Collector("power_automate")
    found.refused(refused)
    references = _references(flow)
    names = withhold(connection_names or {})[0]
    for key, reference in references.items():
        api = _api(reference, key)
        found.credential(
            names.get(key) or _reference_name(reference, key),
            f"shared_{api}",
            platform_of_app(api),
            _external_id(reference),
        )
    triggers = mapping(definition.get("triggers"))
    for trigger_name, trigger in triggers.items():
        _read_trigger(found, text(trigger_name), mapping(trigger))
    actions = list(_actions(definition["actions"]))
    for action_name, action in [*((text(k), mapping(v)) for k, v in triggers.items()), *actions]:
        _read_action(found, action_name, action, references)
    state = text(flow.get("state")).lower()
    return found.facts(
        name=text(flow.get("displayName")) or name or text(content.get("name")),
        external_id=content.get("name") if "properties" in content else "",
        nodes=len(triggers) + len(actions),
        active={"started": True, "enabled": True, "stopped": False, "disabled": False}.get(state),
        content=content,
    )


def _without_people(value: Any) -> Any:
    """Leave out who made the flow."""
    if isinstance(value, list):
        return [_without_people(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_people(item) for key, item in value.items() if key != "creator"}
    return value


def _check(definition: dict[str, Any], where: str) -> None:
    for part in ("triggers", "actions"):
        for name, step in mapping(definition.get(part)).items():
            if not isinstance(step, dict):
                shown = text(withhold({name: None})[0].popitem()[0] if name else name)
                place = f"{where}.definition.{part}.{shown}".lstrip(".")
                refuse(
                    f"This looks like a Power Automate flow, but {place} is {kind_of(step)}, not an object."
                )


def _actions(actions: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every action by name, those inside scopes, loops, conditions and switches included."""
    for name, action in mapping(actions).items():
        step = mapping(action)
        yield text(name), step
        yield from _actions(step.get("actions"))
        yield from _actions(mapping(step.get("else")).get("actions"))
        yield from _actions(mapping(step.get("default")).get("actions"))
        for case in mapping(step.get("cases")).values():
            yield from _actions(mapping(case).get("actions"))


def _references(flow: dict[str, Any]) -> dict[str, dict[str, Any]]:
    given = flow.get("connectionReferences") or dig(flow, "parameters", "$connections", "value")
    return {key: mapping(value) for key, value in mapping(given).items()}


def _api(reference: dict[str, Any], key: str) -> str:
    identifier = dig(reference, "api", "name") or dig(reference, "api", "id") or reference.get("id")
    name = text(identifier) or key
    return name.rpartition("/")[2].removeprefix("shared_") or "unknown"


def _reference_name(reference: dict[str, Any], key: str) -> str:
    for value in (
        reference.get("displayName"),
        dig(reference, "connection", "connectionReferenceLogicalName"),
    ):
        if text(value):
            return text(value)
    return text(key)


def _external_id(reference: dict[str, Any]) -> str:
    return text(reference.get("connectionName")) or text(dig(reference, "connection", "name"))


def _read_trigger(found: Collector, name: str, trigger: dict[str, Any]) -> None:
    kind, way = text(trigger.get("type")), text(trigger.get("kind"))
    found.trigger(f"{name} ({' '.join(part for part in (kind, way) if part)})")
    inputs = mapping(trigger.get("inputs"))
    if kind == "Request" and way in {"", "Http"}:
        who = text(inputs.get("triggerAuthenticationType"))
        auth = "oauth2" if who in {"Tenant", "TenantUsers", "SpecificUsers"} else "unknown"
        found.webhook(name, text(inputs.get("relativePath")), text(inputs.get("method")) or "POST", auth)
    recurrence = mapping(trigger.get("recurrence"))
    if recurrence:
        words = _recurrence(recurrence)
        found.schedule(words if kind == "Recurrence" else f"polls {words}")


def _recurrence(rule: dict[str, Any]) -> str:
    unit = text(rule.get("frequency")).lower() or "unknown interval"
    count = text(rule.get("interval")) or "1"
    words = f"every {unit}" if count == "1" else f"every {count} {unit}s"
    schedule = mapping(rule.get("schedule"))
    if days := [text(day) for day in items(schedule.get("weekDays"))]:
        words += f" on {', '.join(days)}"
    minutes = [text(minute) for minute in items(schedule.get("minutes"))] or ["0"]
    if hours := [text(hour) for hour in items(schedule.get("hours"))]:
        words += " at " + ", ".join(
            f"{hour.zfill(2)}:{minute.zfill(2)}" for hour in hours for minute in minutes
        )
    zone = text(rule.get("timeZone"))
    return f"{words} ({zone})" if zone else words


def _read_action(
    found: Collector, name: str, action: dict[str, Any], references: dict[str, dict[str, Any]]
) -> None:
    kind, inputs = text(action.get("type")), action.get("inputs")
    found.hosts(walk_hosts(inputs))
    _read_errors(found, name, action)
    step = mapping(inputs)
    if kind in {"Http", "HttpWebhook", "HTTP"}:
        _read_http(found, mapping(step.get("subscribe")) or step)
    elif kind.startswith(("OpenApiConnection", "ApiConnection")):
        _read_connector(found, step, references, name)
    elif kind == "ServiceProvider":
        provider = text(dig(step, "serviceProviderConfiguration", "serviceProviderId")).rpartition("/")[2]
        operation = text(dig(step, "serviceProviderConfiguration", "operationId"))
        found.integration(platform_of_app(provider or "unknown"), operation)
    elif kind in _CODE:
        found.warn(f"The action “{name}” holds code. It was searched for secrets and hosts, and never run.")
    elif kind == "Workflow":
        host = mapping(step.get("host"))
        other = text(host.get("workflowReferenceName")) or text(dig(host, "workflow", "id")) or "not named"
        found.warn(f"The action “{name}” runs another workflow: {other}.")


def _read_connector(
    found: Collector, step: dict[str, Any], references: dict[str, dict[str, Any]], name: str
) -> None:
    host = mapping(step.get("host"))
    named = dig(host, "connection", "referenceName") or host.get("connectionName")
    key = text(named) or _named_in(text(dig(host, "connection", "name")))
    api = text(host.get("apiId")).rpartition("/")[2].removeprefix("shared_")
    api = api or _api(references.get(key, {}), key)
    operation = text(host.get("operationId"))
    if not operation:
        operation = f"{text(step.get('method')).upper()} {text(step.get('path'))}".strip()
    found.integration(platform_of_app(api), f"{api} {operation}".strip(), connector_auth(api))
    builder = "aibuilder" if "aibuilder" in operation.lower() else api
    if provider := ai_provider(builder):
        model = text(dig(step, "parameters", "body/model")) or text(dig(step, "parameters", "deployment-id"))
        found.ai(provider, "" if model.startswith("@") else model, name)


def _named_in(expression: str) -> str:
    match = _REFERENCE.search(expression)
    return match[1] if match else ""


def _read_http(found: Collector, step: dict[str, Any]) -> None:
    uri = step.get("uri")
    address = uri if isinstance(uri, str) else ""
    hosts = hosts_in(address)
    given = text(dig(step, "authentication", "type")).lower()
    headers = {text(key): text(value) for key, value in mapping(step.get("headers")).items()}
    auth = _HTTP_AUTH.get(given, "unknown") if given else header_auth(headers)
    if isinstance(step.get("authentication"), str):
        auth = "unknown"
    method = text(step.get("method")) or "GET"
    platform = platform_of_host(hosts[0]) if hosts else "unknown"
    found.integration(platform, f"HTTP {method} {hosts[0] if hosts else '(address made at run time)'}", auth)
    if hosts and (provider := ai_provider(hosts[0])):
        deployment = _DEPLOYMENT.search(address)
        body = step.get("body")
        model = text(mapping(body).get("model")) or model_in_text(body if isinstance(body, str) else "")
        found.ai(provider, deployment[1] if deployment else model, "")


def _read_errors(found: Collector, name: str, action: dict[str, Any]) -> None:
    for other, states in mapping(action.get("runAfter")).items():
        outcomes = {text(state).lower() for state in items(states)}
        if outcomes & {"failed", "timedout"}:
            always = " or succeeded" if "succeeded" in outcomes else ""
            found.error_handling(f"“{name}” runs when “{text(other)}” has failed{always}.")
    retry = text(dig(action, "inputs", "retryPolicy", "type"))
    if retry and retry.lower() != "none":
        found.error_handling(f"“{name}” is tried again ({retry}).")
    if text(dig(action, "inputs", "runStatus")).lower() == "failed":
        found.error_handling(f"“{name}” ends the run as failed.")
