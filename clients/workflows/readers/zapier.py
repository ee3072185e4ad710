"""Read Zapier exports ("Export my Zaps"): the steps of each Zap with their apps, connections, hooks and models."""

from __future__ import annotations

import re
from typing import Any

from clients.workflows.facts import ExportFacts
from clients.workflows.readers.auth_kinds import header_auth, zapier_auth
from clients.workflows.readers.collect import Collector
from clients.workflows.readers.hosts import hosts_in, walk_hosts
from clients.workflows.readers.model_names import model_in_text
from clients.workflows.readers.parsing import kind_of, mapping, mappings, refuse, text
from clients.workflows.readers.platform_names import ai_provider, platform_of_app, platform_of_host
from clients.workflows.readers.withhold import withhold

_API = re.compile(r"(?:V\d+)?(?:Dev)?(?:CLI)?API$")

# Apps "by Zapier", which reach no other platform.
_INTERNAL = frozenset(
    {
        "Schedule", "Filter", "Delay", "ZapierFormatter", "Formatter", "Code", "Branching", "Paths", "Storage",
        "ZapierStorage", "Digest", "ZapierDigest", "Looping", "ZapierLooping", "SubZap", "ZapierTables", "Tables",
        "ZapierInterfaces", "Interfaces", "ZapierMail", "Email", "ZapierEmail", "EmailParser", "ZapierManager",
        "ZapierTransfer", "ZapierChatbots", "HumanInTheLoop", "Engine", "SMS", "ZapierSMS",
    }
)  # fmt: skip
_CAUGHT = frozenset({"hook", "hook_v2", "hook_raw", "catch_hook", "catch_raw_hook"})
_HTTP_METHODS = {"post": "POST", "put": "PUT", "get": "GET", "poll": "GET", "get_poll": "GET"}
_OWN_AI = frozenset({"AIbyZapier", "AIByZapier", "ZapierAI", "AIActions", "ZapierAgents", "Agents"})


def is_zap(value: Any) -> bool:
    """Tell whether a JSON value has the form of one Zap."""
    steps = _steps(mapping(value))
    return (
        bool(steps)
        and all(isinstance(step, dict) for step in steps)
        and any("selected_api" in s for s in steps)
    )


def is_zapier(value: Any) -> bool:
    """Tell whether a JSON value has the form of a Zapier account export."""
    return isinstance(mapping(value).get("zaps"), list)


def _steps(zap: dict[str, Any]) -> list[Any]:
    nodes = zap.get("nodes", zap.get("steps"))
    return list(nodes.values()) if isinstance(nodes, dict) else nodes if isinstance(nodes, list) else []


def zaps_of(export: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the Zaps of an account export. Raises `UnreadableExport` where one is none."""
    for number, zap in enumerate(export["zaps"]):
        if not isinstance(zap, dict):
            refuse(f"This looks like a Zapier export, but zaps[{number}] is {kind_of(zap)}, not an object.")
    if not export["zaps"]:
        refuse("This is a Zapier export without any Zap in it.")
    return list(export["zaps"])


def read_zap(zap: dict[str, Any], where: str = "") -> ExportFacts:
    """Return the facts of one Zap. Raises `UnreadableExport` where its steps are none."""
    holder = "nodes" if "nodes" in zap else "steps"
    place = f"{where}.{holder}".lstrip(".")
    if not isinstance(zap.get(holder), (dict, list)):
        refuse(
            f"This looks like a Zapier export, but {place} is {kind_of(zap.get(holder))}, not the steps of a Zap."
        )
    for number, step in enumerate(_steps(zap)):
        if not isinstance(step, dict):
            refuse(
                f"This looks like a Zapier export, but step {number + 1} of {place} is {kind_of(step)}, not an object."
            )
    content, refused = withhold(zap, where)
    found = Collector("zapier")
    found.refused(refused)
    steps = _steps(content)
    for step in steps:
        _read_step(found, step, _names(step))
    root: dict[str, Any] = next((step for step in steps if step.get("parent_id") is None), {})
    if root:
        found.trigger(f"{_app(root)} {text(root.get('action'))}".strip())
    paused = root.get("paused")
    return found.facts(
        name=text(content.get("title")) or text(root.get("title")) or text(content.get("name")),
        external_id=content.get("id"),
        nodes=len(steps),
        active=not paused if isinstance(paused, bool) else None,
        content=content,
    )


def _app(step: dict[str, Any]) -> str:
    api = text(step.get("selected_api")) or text(step.get("app"))
    return _API.sub("", api.partition("@")[0]) or "Unnamed app"


def _names(step: dict[str, Any]) -> str:
    return text(step.get("title")) or f"{_app(step)} {text(step.get('action'))}".strip()


def _read_step(found: Collector, step: dict[str, Any], name: str) -> None:
    app, action, params = _app(step), text(step.get("action")), mapping(step.get("params"))
    found.hosts(walk_hosts(params))
    connection = text(step.get("authentication_id"))
    platform = platform_of_app(app)
    if connection:
        found.credential(f"{app} connection {connection[:8]}", app, platform, connection)
    if app.lower().startswith("webhook"):
        _read_webhook(found, action, name, params)
    elif app == "Schedule":
        found.schedule(_schedule(action, params))
    elif app == "Code" or app.startswith("CodeBy"):
        found.warn(f"The step “{name}” holds code. It was searched for secrets and hosts, and never run.")
    elif app in _OWN_AI:
        found.integration("zapier", f"{app} {action}", "none")
        found.ai("zapier", _model(params), name)
    elif app not in _INTERNAL:
        found.integration(platform, f"{app} {action}".strip(), zapier_auth(app))
        if provider := ai_provider(app):
            found.ai(provider, _model(params), name)


def _model(params: dict[str, Any]) -> str:
    for key in ("model", "model_id", "modelId", "deployment"):
        model = text(params.get(key))
        if model and "{{" not in model:
            return model.removeprefix("models/")
    return ""


def _read_webhook(found: Collector, action: str, name: str, params: dict[str, Any]) -> None:
    if action in _CAUGHT:
        found.webhook(name, text(params.get("hook_id")), "any", "none")
        return
    url = params.get("url")
    hosts = hosts_in(url) if isinstance(url, str) else []
    method = _HTTP_METHODS.get(action, text(params.get("method")).upper() or "POST")
    platform = platform_of_host(hosts[0]) if hosts else "unknown"
    where = hosts[0] if hosts else "(address made at run time)"
    found.integration(platform, f"HTTP {method} {where}", _http_auth(params))
    if hosts and (provider := ai_provider(hosts[0])):
        data = params.get("data")
        model = text(mapping(data).get("model")) or model_in_text(data if isinstance(data, str) else "")
        found.ai(provider, model, "")


def _http_auth(params: dict[str, Any]) -> str:
    if any(text(params.get(key)) for key in ("auth", "basic_auth", "basicauth")):
        return "basic"
    headers = params.get("headers")
    if isinstance(headers, dict):
        return header_auth({text(key): text(value) for key, value in headers.items()})
    return header_auth({text(p.get("key") or p.get("name")): text(p.get("value")) for p in mappings(headers)})


def _schedule(action: str, params: dict[str, Any]) -> str:
    words = action.replace("_", " ") or "at set times"
    if day := text(params.get("dow")) or text(params.get("dom")):
        words += f" on {day}"
    if hour := text(params.get("hod")) or text(params.get("time_of_day")):
        words += f" at {hour}"
    return words
