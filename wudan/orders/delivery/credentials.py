"""A certificate as an Open Badges 3.0 credential in JWT form (VC-JWT): the payload is the W3C credential itself, signed with Ed25519.

The issuer is `did:web` of the site; its key is published at /.well-known/did.json, and what was revoked at the status address in the
credential. Nothing here touches the database.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import quote, urlsplit

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wudan.kernel.periods import SHANGHAI

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
STATUS_PATH = "/credentials/revoked.json"
_ALGORITHM = "EdDSA"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: the site's address without a trailing slash, its name, and the 32 secret bytes of its key."""

    site: str
    name: str
    seed: bytes

    @property
    def did(self) -> str:
        """did:web of the site; a port is written %3A, as the method says."""
        return f"did:web:{quote(urlsplit(self.site).netloc, safe='')}"

    @property
    def key_id(self) -> str:
        return f"{self.did}#{self.jwk['kid']}"

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as others read it."""
        public = self._key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        kid = _base64(hashlib.sha256(public).digest()[:12])
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": _base64(public),
            "alg": _ALGORITHM,
            "use": "sig",
            "kid": kid,
        }

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, credential: dict[str, Any], *, valid_from: datetime) -> str:
        """The compact JWT; `iss`, `jti`, `sub` and `nbf` repeat what the credential says, as VC-JWT asks."""
        claims = {
            "iss": credential["issuer"]["id"],
            "jti": credential["id"],
            "sub": credential["credentialSubject"]["id"],
            "nbf": int(valid_from.timestamp()),
        }
        head = {"typ": "vc+ld+jwt", "kid": self.key_id, "jwk": {k: self.jwk[k] for k in ("kty", "crv", "x")}}
        return jwt.encode(credential | claims, self._key(), algorithm=_ALGORITHM, headers=head)

    def document(self) -> dict[str, Any]:
        """The DID document of /.well-known/did.json."""
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
            "id": self.did,
            "verificationMethod": [
                {
                    "id": self.key_id,
                    "type": "JsonWebKey2020",
                    "controller": self.did,
                    "publicKeyJwk": self.jwk,
                }
            ],
            "assertionMethod": [self.key_id],
        }


def seed_from(secret: bytes) -> bytes:
    """The signing key's 32 bytes, from the house's own secret, so that no second one has to be kept."""
    return HKDF(hashes.SHA256(), 32, None, b"wudan open badges ed25519").derive(secret)


@dataclass(frozen=True, slots=True)
class Achievement:
    """What is attested. `holder` is a name; no number of a person leaves the house in a credential."""

    code: str
    number: str
    kind: str
    occupation: str
    level: str
    holder: str
    provider: str
    started_on: date | None
    ended_on: date | None
    hours: int
    issued_on: date


def credential(issuer: Issuer, what: Achievement) -> dict[str, Any]:
    """The OpenBadgeCredential, before signing."""
    page = f"{issuer.site}/verify/{what.code}/"
    title = "".join((what.occupation, what.level and f"（{what.level}）", what.kind))
    period = f"，培训期间{what.started_on}至{what.ended_on}" if what.started_on and what.ended_on else ""
    hours = f"，共{what.hours}课时" if what.hours else ""
    since = valid_from(what.issued_on)
    return {
        "@context": CONTEXT,
        "id": page,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": title,
        "issuer": {"id": issuer.did, "type": ["Profile"], "name": issuer.name, "url": issuer.site},
        "validFrom": since.isoformat(),
        "credentialStatus": {"id": f"{issuer.site}{STATUS_PATH}", "type": "1EdTechRevocationList"},
        "credentialSubject": {
            "id": f"urn:wudan:certificate-holder:{what.code}",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityType": "name",
                    "identityHash": what.holder,
                    "hashed": False,
                }
            ],
            "achievement": {
                "id": f"{page}#achievement",
                "type": ["Achievement"],
                "achievementType": "Certificate",
                "name": title,
                "description": f"{what.provider}举办的{what.occupation}培训{period}{hours}。",
                "criteria": {"narrative": "按教学计划完成培训，出勤和考核合格。"},
                "humanCode": what.number,
                "inLanguage": "zh-CN",
            },
        },
    }


def valid_from(issued_on: date) -> datetime:
    return datetime.combine(issued_on, time(), SHANGHAI)


def revocation_list(issuer: Issuer, revoked: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What the status address answers; `revoked` holds (verification code, reason)."""
    return {
        "id": f"{issuer.site}{STATUS_PATH}",
        "issuer": issuer.did,
        "revokedCredential": [
            {"id": f"{issuer.site}/verify/{code}/", "revoked": True, "revocationReason": reason}
            for code, reason in revoked
        ],
    }


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
