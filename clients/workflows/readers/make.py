"""Read Make blueprints: modules in all routes and error handlers, with their connections, hooks and models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clients.workflows.facts import ExportFacts
from clients.workflows.readers.auth_kinds import header_auth, make_auth
from clients.workflows.readers.collect import Collector
from clients.workflows.readers.hosts import hosts_in, walk_hosts
from clients.workflows.readers.model_names import model_in_text
from clients.workflows.readers.parsing import dig, items, kind_of, mapping, mappings, refuse, text
from clients.workflows.readers.platform_names import ai_provider, platform_of_app, platform_of_host
from clients.workflows.readers.withhold import withhold

# Apps that are part of Make itself and talk to nobody.
_INTERNAL = frozenset(
    {
        "builtin", "util", "json", "regexp", "xml", "csv", "archive", "math", "gateway", "datastore", "handlebars",
        "markdown", "image", "scenarios", "scenario-service", "ios", "android", "compose", "flow-control",
        "placeholder", "code", "html-to-text", "ics", "phonenumber", "calculator", "custom-function",
    }
)  # fmt: skip
_BRANCHES = ("routes", "branches")
_ERROR_WORDS = {
    "Break": "stores the run to be completed later",
    "Resume": "goes on with a substitute",
    "Ignore": "ignores the failure",
    "Rollback": "undoes the run",
    "Commit": "ends the run and keeps what was done",
}


@dataclass(frozen=True, slots=True)
class _Connection:
    name: str
    kind: str
    external_id: str
    app: str


def is_make(value: Any) -> bool:
    """Tell whether a JSON value has the form of a Make blueprint."""
    return isinstance(mapping(value).get("flow"), list)


def read_make(blueprint: dict[str, Any], where: str = "") -> ExportFacts:
    """Return the facts of one blueprint. Raises `UnreadableExport` where a module is not one.

    `scheduling` beside the blueprint, as in answers of Make's own API, is read when the caller puts it in.
    """
    list(_modules(blueprint["flow"], f"{where}.flow".lstrip("."), check=True))
    kept = _without_samples(blueprint)
    content, refused = withhold(kept, where)
    found = Collector("make")
    found.refused(refused)
    if kept != blueprint:
        found.warn("The blueprint holds recorded samples, which may be personal data: they were not kept.")
    modules = list(_modules(content["flow"], "flow"))
    known = _known_connections(modules)
    for module in modules:
        _read_module(found, module, known)
    if modules:
        first = modules[0]
        found.trigger(f"{_step(first)} ({first['module']})")
    _read_scenario(found, content)
    return found.facts(
        name=content.get("name"),
        external_id=content.get("id") or content.get("scenarioId"),
        nodes=len(modules),
        active=content.get("isActive"),
        content=content,
    )


def _without_samples(value: Any) -> Any:
    """Leave out recorded sample data, which may be personal."""
    if isinstance(value, list):
        return [_without_samples(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_samples(item) for key, item in value.items() if key != "samples"}
    return value


def _modules(flow: Any, where: str, check: bool = False) -> Iterator[dict[str, Any]]:
    """Give every module of a flow in order, followed by those of its routes and of its error handlers."""
    if check and not isinstance(flow, list):
        refuse(f"This looks like a Make blueprint, but {where} is {kind_of(flow)}, not a list.")
    for number, module in enumerate(items(flow)):
        place = f"{where}[{number}]"
        if check and not isinstance(module, dict):
            refuse(f"This looks like a Make blueprint, but {place} is {kind_of(module)}, not an object.")
        name = module.get("module")
        if check and not isinstance(name, str):
            refuse(f"This looks like a Make blueprint, but {place}.module is {kind_of(name)}, not a text.")
        yield module
        for branch in _BRANCHES:
            for index, route in enumerate(mappings(module.get(branch))):
                if route.get("flow") is not None:
                    yield from _modules(route["flow"], f"{place}.{branch}[{index}].flow", check)
        if module.get("onerror") is not None:
            yield from _modules(module["onerror"], f"{place}.onerror", check)


def _step(module: dict[str, Any]) -> str:
    return text(dig(module, "metadata", "designer", "name")) or text(module["module"])


def _known_connections(modules: list[dict[str, Any]]) -> dict[str, _Connection]:
    """Join what the modules say of each connection: old modules leave out its type, some its label."""
    known: dict[str, _Connection] = {}
    for module in modules:
        for connection in _connections(module):
            before = known.get(connection.external_id, connection)
            name, kind = before.name or connection.name, before.kind or connection.kind
            known[connection.external_id] = _Connection(name, kind, connection.external_id, before.app)
    return known


def _read_module(found: Collector, module: dict[str, Any], known: dict[str, _Connection]) -> None:
    app, _, action = module["module"].partition(":")
    parameters, mapper = mapping(module.get("parameters")), mapping(module.get("mapper"))
    found.hosts(walk_hosts([parameters, mapper, mapping(module.get("filter"))]))
    connections = [known[connection.external_id] for connection in _connections(module)]
    platform = _platform(app, connections)
    for each in connections:
        name = each.name or f"{each.app} connection {each.external_id}"
        found.credential(name, each.kind or each.app, _platform(each.app, [each]), each.external_id)
    _read_hook(found, app, action, module, parameters)
    _read_errors(found, module)
    if app == "http" or app in {"soap", "graphql"}:
        _read_http(found, action, parameters, mapper, connections)
    elif app not in _INTERNAL:
        auth = make_auth(connections[0].kind or connections[0].app) if connections else "unknown"
        found.integration(platform, f"{app} {action}".strip(), auth)
    if provider := ai_provider(app):
        found.ai(provider, _model(mapper, parameters), f"{_step(module)}")
    if app == "code":
        found.warn(
            f"The module “{_step(module)}” holds code. It was searched for secrets and hosts, and never run."
        )


def _platform(app: str, connections: list[_Connection]) -> str:
    if app in {"http", "email"} and connections:
        kind = connections[0].kind or app
        return platform_of_app(kind) if kind not in {"smtp", "imap", "email"} else "email"
    return platform_of_app(app)


def _connections(module: dict[str, Any]) -> Iterator[_Connection]:
    app, parameters = module["module"].partition(":")[0], mapping(module.get("parameters"))
    declared = _declared(module)
    for key, value in parameters.items():
        kind = declared.get(key, "")
        if not text(value) or (key != "__IMTCONN__" and not kind.startswith("account")):
            continue
        restored = _restored(module, key)
        given = text(dig(restored, "data", "connection")) or kind.removeprefix("account").removeprefix(":")
        yield _Connection(text(restored.get("label")), given, text(value), app)


def _declared(module: dict[str, Any]) -> dict[str, str]:
    return {text(p.get("name")): text(p.get("type")) for p in mappings(dig(module, "metadata", "parameters"))}


def _restored(module: dict[str, Any], key: str) -> dict[str, Any]:
    restore = mapping(dig(module, "metadata", "restore"))
    return mapping(dig(restore, "parameters", key) or restore.get(key))


def _read_hook(
    found: Collector, app: str, action: str, module: dict[str, Any], parameters: dict[str, Any]
) -> None:
    declared = _declared(module)
    keys = [k for k in parameters if k == "__IMTHOOK__" or declared.get(k, "").startswith("hook")]
    if app == "gateway" and action in {"CustomWebHook", "CustomMailHook"}:
        keys = keys or ["hook"]
    for key in keys:
        restored = _restored(module, key)
        name = text(restored.get("label")) or _step(module)
        method = "e-mail" if action == "CustomMailHook" else "POST" if app != "gateway" else "any"
        found.webhook(name, text(parameters.get(key)), method, "unknown")


def _read_http(
    found: Collector,
    action: str,
    parameters: dict[str, Any],
    mapper: dict[str, Any],
    connections: list[_Connection],
) -> None:
    url = mapper.get("url") or parameters.get("url")
    hosts = hosts_in(url) if isinstance(url, str) else []
    method = (text(mapper.get("method")) or text(parameters.get("method")) or "get").upper()
    where = hosts[0] if hosts else "(address made at run time)"
    platform = platform_of_host(hosts[0]) if hosts else "unknown"
    found.integration(platform, f"HTTP {method} {where}", _http_auth(action, parameters, mapper, connections))
    if hosts and (provider := ai_provider(hosts[0])):
        body = mapper.get("data")
        found.ai(provider, model_in_text(body if isinstance(body, str) else ""), "")


def _http_auth(
    action: str, parameters: dict[str, Any], mapper: dict[str, Any], connections: list[_Connection]
) -> str:
    plain = action.lower()
    for word, kind in (("basicauth", "basic"), ("apikeyauth", "api_key"), ("oauth", "oauth2")):
        if word in plain:
            return kind
    if connections:
        return make_auth(connections[0].kind or connections[0].app)
    if text(mapper.get("authUser")) or text(parameters.get("authUser")):
        return "basic"
    if "cert" in plain:
        return "unknown"
    pairs = mappings(mapper.get("headers") or parameters.get("headers"))
    return header_auth({text(p.get("name") or p.get("key")): text(p.get("value")) for p in pairs})


def _model(mapper: dict[str, Any], parameters: dict[str, Any]) -> str:
    for source in (mapper, parameters):
        for key in ("model", "modelId", "model_id"):
            model = text(source.get(key))
            if model and "{{" not in model:
                return model.removeprefix("models/")
    return ""


def _read_errors(found: Collector, module: dict[str, Any]) -> None:
    for handler in mappings(module.get("onerror")):
        action = handler["module"].rpartition(":")[2]
        words = _ERROR_WORDS.get(action, f"runs {action}")
        found.error_handling(f"When “{_step(module)}” fails, the scenario {words}.")


def _read_scenario(found: Collector, content: dict[str, Any]) -> None:
    metadata = mapping(content.get("metadata"))
    if metadata.get("instant") is True:
        found.schedule("at once, when the trigger is called")
    scheduling = mapping(content.get("scheduling"))
    kind = text(scheduling.get("type"))
    seconds = scheduling.get("interval")
    if kind == "indefinitely" and isinstance(seconds, int) and seconds > 0:
        found.schedule(f"every {seconds // 60} minutes" if seconds % 60 == 0 else f"every {seconds} seconds")
    elif kind:
        found.schedule(kind)
    if dig(metadata, "scenario", "dlq") is True:
        found.error_handling("Incomplete runs are stored.")
    if dig(metadata, "scenario", "confidential") is True:
        found.warn("The scenario is confidential: Make keeps no data of its runs.")
    if items(dig(metadata, "designer", "orphans")):
        found.warn("The blueprint holds modules that are connected to nothing; they were not read.")
