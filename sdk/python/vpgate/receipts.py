"""Evidence receipts: what a service said of a presentation, for whoever must prove it later."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import jwt

TYPE = "vpgate-receipt+jwt"


class ReceiptError(Exception):
    """It is no receipt of this service, or one about something else; `differs` names what."""

    def __init__(self, differs: str, message: str) -> None:
        super().__init__(message)
        self.differs = differs


def verify_receipt(
    receipt: str,
    keys: Mapping[str, Any],
    *,
    issuer: str | None = None,
    nonce: str | None = None,
    transaction_data: Sequence[str] | None = None,
    vp_token: str | None = None,
) -> dict[str, Any]:
    """What the receipt says, when a key of the service has signed it and every part that is given belongs to it.

    `keys` are those of `/receipts/jwks.json`: `Vpgate.keys`. `issuer` is `public_url`
    of the service, `transaction_data` the exact strings that were sent, `vp_token` the JSON text that came.
    """
    header, told = _signed(receipt, keys)
    if header.get("typ") != TYPE:
        raise ReceiptError("type", f"its typ is not {TYPE}")
    if issuer is not None and told.get("iss") != issuer:
        raise ReceiptError("issuer", "another service has signed it")
    if nonce is not None and told.get("nonce_hash") != _hash(nonce):
        raise ReceiptError("nonce", "the nonce is another one")
    if transaction_data is not None:
        known = told.get("transaction_data", [])
        sent = [
            _hash(text, one.get("hash_alg", "sha-256"))
            for text, one in zip(transaction_data, known, strict=False)
        ]
        if len(known) != len(transaction_data) or sent != [one["hash"] for one in known]:
            raise ReceiptError("transaction_data", "what was agreed to is something else")
    if vp_token is not None:
        shown = [text[: text.rindex("~") + 1] for text in _presentations(vp_token) if "~" in text]
        bound = [one for one in told.get("credentials", []) if "sd_hash" in one]
        same = all(
            any(_hash(text, one.get("sd_hash_alg", "sha-256")) == one["sd_hash"] for text in shown)
            for one in bound
        )
        if not bound or not same:
            raise ReceiptError("vp_token", "another presentation was verified")
    return told


def _signed(receipt: str, keys: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        header = jwt.get_unverified_header(receipt)
        named = [key for key in keys["keys"] if key.get("kid") == header.get("kid")]
        key = jwt.PyJWK(named[0], algorithm="ES256")
        # A receipt is no token: it has no audience, and does not expire.
        told = jwt.api_jws.decode(receipt, key, algorithms=["ES256"])
        return dict(header), dict(json.loads(told))
    except (jwt.PyJWTError, LookupError, ValueError) as cause:
        raise ReceiptError("signature", f"no key of the service has signed this: {cause}") from cause


def _presentations(vp_token: str) -> list[str]:
    """Every presentation of a `vp_token`."""
    try:
        answers = json.loads(vp_token)
    except ValueError:
        return [vp_token]
    return [text for answer in answers.values() for text in ([answer] if isinstance(answer, str) else answer)]


def _hash(text: str, algorithm: str = "sha-256") -> str:
    """Base64url of a digest over the text as it is."""
    digest = hashlib.new(algorithm.replace("-", ""), text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
