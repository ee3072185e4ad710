"""An OpenID Connect provider on the loopback address, whose answers a test chooses."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from django.test import Client as Browser

AUDIENCE = "plumbline"


class IdentityProvider:
    """Says what it is told to say of one person."""

    def __init__(self) -> None:
        self.email, self.verified, self.audience = "fay@alder.test", True, AUDIENCE
        self.server = HTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def person(self) -> dict[str, Any]:
        """The claims about the person."""
        named = {"sub": f"id-{self.email}", "name": "Fay Fisher", "email": self.email}
        return {**named, "email_verified": self.verified}

    def tokens(self) -> dict[str, Any]:
        """The answer to a code."""
        now = int(time.time())
        claims = {"iss": self.address, "aud": self.audience, "iat": now, "exp": now + 60, **self.person()}
        token = jwt.encode(claims, "k" * 32)
        return {"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": token}

    def configuration(self) -> dict[str, str]:
        """Where is what."""
        places = {"authorization": "auth", "token": "token", "userinfo": "person"}
        ends = {f"{name}_endpoint": f"{self.address}/{place}" for name, place in places.items()}
        return {"issuer": self.address, "jwks_uri": f"{self.address}/keys", **ends}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None:
                """Keep quiet."""

            def _answer(self, data: dict[str, Any]) -> None:
                body = json.dumps(data).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                known = "openid-configuration" in self.path
                self._answer(provider.configuration() if known else provider.person())

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._answer(provider.tokens())

        return Handler


def by_single_sign_on(browser: Browser, query: str = "") -> Any:
    """Go to the provider and come back with a code."""
    answer = browser.post(f"/account/sso/sso/{query}")
    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert "code_challenge" in asked, "PKCE is on"
    return browser.get("/account/sso/sso/back/", {"code": "c", "state": asked["state"][0]})
