"""A passkey without a browser: it answers challenges as phones do that synchronize their keys and so never count."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

from estimator.accounts.accounts import Account
from estimator.accounts.passkeys import Passkey, Passkeys
from estimator.store.database import Database

PRESENT, VERIFIED = 0x01, 0x04


@dataclass
class SoftPasskey:
    """A key for one site; `verified`: it asked for a finger or a PIN."""

    site: str = "localhost"
    origin: str = "http://localhost"
    verified: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def credential(self) -> bytes:
        return hashlib.sha256(self.public_key).digest()

    @property
    def public_key(self) -> bytes:
        """As COSE writes it, for ES256."""
        at = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: at.x.to_bytes(32, "big"), -3: at.y.to_bytes(32, "big")})

    def belong_to(self, account: Account, database: Database, now: datetime) -> list[str]:
        """Be one of the account's passkeys; its recovery codes, if these are the first."""
        row = Passkey(self.credential, account.id, "phone", self.public_key, self.site, 0, now, None)
        return Passkeys(database).add(account, row)

    def answer(self, options: dict[str, Any]) -> str:
        """What a browser's form holds after the key answered these options."""
        said = {"type": "webauthn.get", "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        client = json.dumps(said).encode()
        flags = PRESENT | (VERIFIED if self.verified else 0)
        data = hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + bytes(4)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        id_ = bytes_to_base64url(self.credential)
        return json.dumps(
            {
                "id": id_,
                "rawId": id_,
                "type": "public-key",
                "response": {name: bytes_to_base64url(value) for name, value in response.items()},
                "clientExtensionResults": {},
            }
        )
