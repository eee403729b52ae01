"""Webhooks (Standard Webhooks 1.0.0): who sent this, and when?"""

import base64
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook

TOLERANCE = 300
"""How old, or how far ahead, a delivery may be, in seconds."""


class WebhookError(Exception):
    """It is not from whom it should be, or too old."""


def verify_webhook(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> dict[str, Any]:
    """The event of a delivery, when it is genuine.

    `body` is the very bytes that came, before anything parses them. `secrets` are shared ones (`whsec_...`) or public
    keys (`whpk_...`): any of them may have signed, so that they can be changed. The same event may come more than once:
    `webhook-id` tells.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if name not in sent:
            raise WebhookError(f"there is no header {name}")
    for secret in secrets:
        if _is_by_key(body, sent, secret) if secret.startswith("whpk_") else _is_shared(body, sent, secret):
            return dict(json.loads(body))
    raise WebhookError("no secret of ours has signed this, or it is too old")


def _is_shared(body: bytes, sent: dict[str, str], secret: str) -> bool:
    try:
        Webhook(secret).verify(body, sent)
    except Exception:  # The library raises several kinds, and each means no.
        return False
    return True


def _is_by_key(body: bytes, sent: dict[str, str], public_key: str) -> bool:
    """The asymmetric scheme (`v1a`), which the library does not know."""
    at = sent["webhook-timestamp"]
    if not (at.isascii() and at.isdecimal() and len(at) <= 12 and abs(time.time() - int(at)) <= TOLERANCE):
        return False
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))
    signed = f"{sent['webhook-id']}.{at}.".encode() + body
    for signature in sent["webhook-signature"].split(" "):
        version, _, text = signature.partition(",")
        try:
            if version == "v1a":
                key.verify(base64.b64decode(text), signed)
                return True
        except (InvalidSignature, ValueError):
            continue
    return False
