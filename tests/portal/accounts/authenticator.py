"""A software authenticator: makes and uses passkeys as a browser would, ES256 with "none" attestation."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client as Browser

ORIGIN, PARTY = "http://127.0.0.1:8000", b"127.0.0.1"
USER_PRESENT_AND_VERIFIED, WITH_CREDENTIAL = 0x05, 0x40


def text(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Authenticator:
    """One key pair and its signature counter."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.count = 0

    def create(self, options: dict[str, Any], origin: str = ORIGIN) -> dict[str, Any]:
        """Answer a registration challenge."""
        point = self.key.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        head = self._head(USER_PRESENT_AND_VERIFIED | WITH_CREDENTIAL)
        data = head + bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client_data("webauthn.create", options["challenge"], origin)
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def get(self, options: dict[str, Any], origin: str = ORIGIN) -> dict[str, Any]:
        """Answer a sign-in challenge."""
        self.count += 1
        data = self._head(USER_PRESENT_AND_VERIFIED)
        client = self._client_data("webauthn.get", options["challenge"], origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _head(self, flags: int) -> bytes:
        return hashlib.sha256(PARTY).digest() + bytes([flags]) + struct.pack(">I", self.count)

    @staticmethod
    def _client_data(kind: str, challenge: str, origin: str) -> bytes:
        fields = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}
        return json.dumps(fields).encode()

    def _answer(self, **parts: bytes) -> dict[str, Any]:
        response = {name: text(part) for name, part in parts.items()}
        named = {"id": text(self.id), "rawId": text(self.id), "type": "public-key"}
        return {**named, "response": response, "clientExtensionResults": {}}


def send(browser: Browser, path: str, data: dict[str, Any] | None = None) -> Any:
    """Post JSON as passkey.js does."""
    headers = {"Accept": "application/json"}
    return browser.post(path, data or {}, content_type="application/json", headers=headers)
