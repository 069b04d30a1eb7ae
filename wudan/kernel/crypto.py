"""Sealing of personal data at rest: SM4-GCM (GB/T 32907) with a keyed blind index (HMAC-SM3) for look-up.

A sealed value is `version byte + 12-byte nonce + ciphertext and tag`; `purpose` is authenticated with it, so a phone
cannot be moved into the place of an account. The index is the same for the same text, key and purpose, and says nothing without the key.
"""

from __future__ import annotations

import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

_VERSION = b"\x01"
_NONCE, _TAG = 12, 16


class Unsealable(ValueError):
    """The stored bytes were not sealed with this key for this purpose."""


def seal(text: str, purpose: str) -> bytes:
    return seal_bytes(text.encode(), purpose)


def unseal(sealed: bytes, purpose: str) -> str:
    """The text again. Raises Unsealable where key, purpose or bytes do not fit."""
    try:
        return unseal_bytes(sealed, purpose).decode()
    except UnicodeDecodeError as error:
        raise Unsealable("not text") from error


def seal_bytes(content: bytes, purpose: str) -> bytes:
    """A file (文件) sealed as a whole; the same form as sealed text."""
    nonce = os.urandom(_NONCE)
    encryptor = Cipher(algorithms.SM4(_data_key()), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(purpose.encode())
    body = encryptor.update(content) + encryptor.finalize()
    return _VERSION + nonce + body + encryptor.tag


def unseal_bytes(sealed: bytes, purpose: str) -> bytes:
    """The content again. Raises Unsealable where key, purpose or bytes do not fit."""
    sealed = bytes(sealed)
    if sealed[:1] != _VERSION or len(sealed) < 1 + _NONCE + _TAG:
        raise Unsealable("unknown sealing version")
    nonce, body, tag = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE : -_TAG], sealed[-_TAG:]
    decryptor = Cipher(algorithms.SM4(_data_key()), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(purpose.encode())
    try:
        return decryptor.update(body) + decryptor.finalize()
    except Exception as error:
        raise Unsealable("wrong key, purpose or bytes") from error


def blind_index(text: str, purpose: str) -> bytes:
    """32 bytes by which equal texts are found."""
    mac = _mac(_index_key()).copy()
    mac.update(purpose.encode() + b"\x00" + text.encode())
    return mac.finalize()


def same_index(a: bytes, b: bytes) -> bool:
    return hmac.compare_digest(bytes(a), bytes(b))


@lru_cache(maxsize=4)
def _mac(key: bytes) -> HMAC:
    return HMAC(key, hashes.SM3())


def _data_key() -> bytes:
    key: bytes = settings.WUDAN_DATA_KEY
    return key


def _index_key() -> bytes:
    key: bytes = settings.WUDAN_INDEX_KEY
    return key
