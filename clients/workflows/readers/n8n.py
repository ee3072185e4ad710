"""Read n8n workflows: nodes with their credentials, webhooks, schedules, models and error settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clients.workflows.facts import ExportFacts, SecretRefusedFact
from clients.workflows.readers.auth_kinds import header_auth, n8n_auth
from clients.workflows.readers.collect import Collector
from clients.workflows.readers.hosts import hosts_in, walk_hosts
from clients.workflows.readers.model_names import model_in_text
from clients.workflows.readers.n8n_nodes import (
    CODE_NODES,
    LISTENERS,
    OPERATION_DEFAULTS,
    WEBHOOK_AUTH,
    is_internal_node,
    schedule_words,
)
from clients.workflows.readers.parsing import dig, kind_of, mapping, mappings, refuse, text
from clients.workflows.readers.platform_names import (
    ai_provider,
    maker_of_model,
    platform_of_app,
    platform_of_host,
)
from clients.workflows.readers.withhold import withhold

_KEPT = ("name", "id", "active", "nodes", "connections", "settings", "tags", "description")


def is_n8n(value: Any) -> bool:
    """Tell whether a JSON value has the form of an n8n workflow."""
    nodes = mapping(value).get("nodes")
    return isinstance(nodes, list) and (
        "connections" in value or any("typeVersion" in n for n in mappings(nodes))
    )


def read_n8n(workflow: dict[str, Any], where: str = "") -> ExportFacts:
    """Return the facts of one n8n workflow. Raises `UnreadableExport` where a node is not one."""
    _check(workflow, where)
    found = Collector("n8n")
    for key, words in (("pinData", "pinned test data"), ("staticData", "saved run state")):
        if workflow.get(key):
            found.warn(f"The export holds {words} ({key}), which may be personal data: it was not kept.")
    content, refused = withhold({key: workflow[key] for key in _KEPT if key in workflow}, where)
    found.refused(refused)
    _note_dropped_secrets(found, workflow, where)
    nodes: list[dict[str, Any]] = content["nodes"]
    for node in nodes:
        _read_node(found, node)
    error_workflow = text(dig(content, "settings", "errorWorkflow"))
    if error_workflow:
        found.error_handling(f"Failures start the error workflow {error_workflow}.")
    return found.facts(
        name=content.get("name"),
        external_id=content.get("id"),
        nodes=len(nodes),
        active=content.get("active"),
        content=content,
    )


def _check(workflow: dict[str, Any], where: str) -> None:
    for number, node in enumerate(workflow["nodes"]):
        place = f"{where}.nodes[{number}]".lstrip(".")
        if not isinstance(node, dict):
            refuse(f"This looks like an n8n workflow, but {place} is {kind_of(node)}, not an object.")
        if not isinstance(node.get("type"), str):
            refuse(
                f"This looks like an n8n workflow, but {place}.type is {kind_of(node.get('type'))}, not a text."
            )


def _note_dropped_secrets(found: Collector, workflow: dict[str, Any], where: str) -> None:
    """Say so when what is not kept at all held a secret: it has left the vault all the same."""
    dropped = {key: value for key, value in workflow.items() if key not in (*_KEPT, "meta", "versionId")}
    refused: list[SecretRefusedFact] = withhold(dropped, where)[1]
    found.refused(refused)


def _read_node(found: Collector, node: dict[str, Any]) -> None:
    kind = node["type"].rpartition(".")[2]
    name = text(node.get("name")) or kind
    if kind == "stickyNote":
        return
    parameters = mapping(node.get("parameters"))
    if node.get("disabled") is True:
        found.warn(f"The node “{name}” is switched off; what it would use is listed all the same.")
    found.hosts(walk_hosts(parameters))
    credentials = list(_credentials(node))
    for credential_type, credential_name, credential_id in credentials:
        platform = _credential_platform(kind, credential_type, parameters)
        found.credential(credential_name, credential_type, platform, credential_id)
    _read_start(found, kind, name, node, parameters)
    _read_ai(found, kind, name, parameters)
    _read_errors(found, kind, name, node)
    if kind in CODE_NODES:
        found.warn(f"The node “{name}” holds code. It was searched for secrets and hosts, and never run.")
    if kind in {"executeWorkflow", "toolWorkflow"} and (other := _sub_workflow(parameters)):
        found.warn(f"The node “{name}” runs another workflow: {other}.")
    if kind in {"httpRequest", "httpRequestTool", "toolHttpRequest"}:
        _read_http(found, parameters, [credential[0] for credential in credentials])
    elif kind not in LISTENERS and (credentials or not is_internal_node(node["type"])):
        auth = n8n_auth(credentials[0][0]) if credentials else "unknown"
        found.integration(platform_of_app(kind), _operation(kind, parameters), auth)


def _credentials(node: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for kind, value in mapping(node.get("credentials")).items():
        if isinstance(value, str):  # exports of versions before 0.163 give the name alone
            yield kind, value, ""
        else:
            yield (
                kind,
                text(mapping(value).get("name")) or "Unnamed credential",
                text(mapping(value).get("id")),
            )


def _credential_platform(kind: str, credential_type: str, parameters: dict[str, Any]) -> str:
    if kind in LISTENERS:
        return "n8n"
    if credential_type.startswith("http") or credential_type in {"jwtAuth", "oAuth2Api", "oAuth1Api"}:
        hosts = hosts_in(_url(parameters))
        return platform_of_host(hosts[0]) if hosts else "unknown"
    if kind.startswith("httpRequest"):
        return platform_of_app(credential_type.removesuffix("OAuth2Api").removesuffix("Api"))
    return platform_of_app(kind)


def _url(parameters: dict[str, Any]) -> str:
    url = parameters.get("url")
    return url if isinstance(url, str) else ""


def _read_http(found: Collector, parameters: dict[str, Any], credential_types: list[str]) -> None:
    hosts = hosts_in(_url(parameters))
    method = text(parameters.get("method") or parameters.get("requestMethod")) or "GET"
    predefined = [kind for kind in credential_types if not kind.startswith("http") and kind != "oAuth2Api"]
    if predefined and predefined[0] != "jwtAuth":
        platform = platform_of_app(predefined[0].removesuffix("OAuth2Api").removesuffix("Api"))
    else:
        platform = platform_of_host(hosts[0]) if hosts else "unknown"
    if credential_types:
        auth = n8n_auth(credential_types[0])
    elif "expression" in _url(parameters):
        auth = "unknown"
    else:
        auth = header_auth(_pairs(parameters, "headerParameters", "headerParametersUi", "parametersHeaders"))
    found.integration(platform, f"HTTP {method} {hosts[0] if hosts else '(address made at run time)'}", auth)
    provider = ai_provider(hosts[0]) if hosts else ""
    if provider:
        found.ai(provider, _model(parameters) or _model_in_body(parameters), "")


def _pairs(parameters: dict[str, Any], *keys: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for key in keys:
        holder = mapping(parameters.get(key))
        for inner in ("parameters", "parameter", "values"):
            for pair in mappings(holder.get(inner)):
                pairs[text(pair.get("name"))] = text(pair.get("value"))
    return pairs


def _operation(kind: str, parameters: dict[str, Any]) -> str:
    resource, operation = OPERATION_DEFAULTS.get(kind.removesuffix("Tool"), ("", ""))
    if kind.endswith("Trigger"):
        event = parameters.get("event") or parameters.get("events") or parameters.get("triggerOn")
        words = ", ".join(text(e) for e in event) if isinstance(event, list) else text(event)
        return f"{kind} {words}".strip()
    resource = text(parameters.get("resource")) or resource
    operation = text(parameters.get("operation")) or operation
    return f"{kind} {'.'.join(part for part in (resource, operation) if part)}".strip()


def _read_start(
    found: Collector, kind: str, name: str, node: dict[str, Any], parameters: dict[str, Any]
) -> None:
    if kind in LISTENERS:
        _read_listener(found, kind, name, node, parameters)
    if (
        kind == "webhook"
        or kind.endswith("Trigger")
        or kind in {"cron", "interval", "start", "emailReadImap"}
    ):
        found.trigger(f"{name} ({kind})")
    for words in schedule_words(kind, parameters):
        found.schedule(words)
    if kind == "errorTrigger":
        found.error_handling(f"“{name}” runs when another workflow fails.")


def _read_listener(
    found: Collector, kind: str, name: str, node: dict[str, Any], parameters: dict[str, Any]
) -> None:
    if kind == "chatTrigger" and parameters.get("public") is not True:
        return
    default = "GET" if kind == "webhook" else "POST"
    method = parameters.get("httpMethod", default)
    methods = ", ".join(text(m) for m in method) if isinstance(method, list) else text(method)
    given = text(parameters.get("authentication")) or "none"
    path = text(parameters.get("path")) or text(node.get("webhookId"))
    found.webhook(name, path, methods or default, WEBHOOK_AUTH.get(given, "unknown"))


def _read_ai(found: Collector, kind: str, name: str, parameters: dict[str, Any]) -> None:
    if not kind.lower().startswith(("lm", "embeddings")) and kind not in _AI_APPS:
        return
    provider, model = ai_provider(kind), _model(parameters)
    provider = provider or maker_of_model(model)
    if provider:
        found.ai(provider, model, name)


_AI_APPS = frozenset(
    {
        "openAi",
        "openAiAssistant",
        "anthropic",
        "googleGemini",
        "ollama",
        "mistralAi",
        "perplexity",
        "openAiTool",
    }
    | {"anthropicTool", "googleGeminiTool", "perplexityTool", "ollamaTool"}
)


def _model(parameters: dict[str, Any]) -> str:
    for key in ("model", "modelId", "modelName", "chatModel", "deploymentName"):
        value = parameters.get(key)
        model = text(mapping(value).get("value")) if isinstance(value, dict) else text(value)
        if model and not model.startswith("="):
            return model.removeprefix("models/")
    return ""


def _model_in_body(parameters: dict[str, Any]) -> str:
    body = parameters.get("jsonBody") or parameters.get("body") or ""
    named = _pairs(parameters, "bodyParameters", "bodyParametersUi").get("model", "")
    return named or model_in_text(body if isinstance(body, str) else "")


def _sub_workflow(parameters: dict[str, Any]) -> str:
    value = parameters.get("workflowId")
    if not isinstance(value, dict):
        return text(value)
    given = text(value.get("cachedResultName")) or text(value.get("value"))
    return "itself" if "$workflow.id" in given else given


def _read_errors(found: Collector, kind: str, name: str, node: dict[str, Any]) -> None:
    on_error = text(node.get("onError"))
    if node.get("continueOnFail") is True or on_error == "continueRegularOutput":
        found.error_handling(f"“{name}” goes on when it fails.")
    if on_error == "continueErrorOutput":
        found.error_handling(f"“{name}” has a branch for failures.")
    if node.get("retryOnFail") is True:
        tries = text(node.get("maxTries"))
        found.error_handling(f"“{name}” is tried again{f' (up to {tries} times)' if tries else ''}.")
    if kind == "stopAndError":
        found.error_handling(f"“{name}” stops the workflow with an error.")
