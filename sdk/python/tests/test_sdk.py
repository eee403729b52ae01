"""The SDK against a service that answers as told: `python -m unittest discover sdk/python/tests`."""

import asyncio
import base64
import hashlib
import json
import time
import unittest
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

from vpgate import ReceiptError, Vpgate, VpgateError, WebhookError, verify_receipt, verify_webhook
from vpgate.events import events_of

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_" + base64.b64encode(bytes(32)).decode()
BODY = b'{"type":"presentation.verified","data":{"presentation":"a","state":"verified"}}'


def delivery(secret: str, late: float = 0, body: bytes = BODY) -> dict[str, str]:
    at = datetime.now(UTC) - timedelta(seconds=late)
    signature = Webhook(secret).sign("evt_1", at, body.decode())
    return {
        "Webhook-Id": "evt_1", "Webhook-Timestamp": str(int(at.timestamp())), "Webhook-Signature": signature,
    }


def by_key(late: float = 0) -> tuple[dict[str, str], str]:
    key, at = Ed25519PrivateKey.generate(), str(int(time.time() - late))
    signature = base64.b64encode(key.sign(f"evt_1.{at}.".encode() + BODY)).decode()
    headers = {
        "webhook-id": "evt_1", "webhook-timestamp": at, "webhook-signature": f"v1,AAAA v1a,{signature}",
    }
    return headers, "whpk_" + base64.b64encode(key.public_key().public_bytes_raw()).decode()


class Webhooks(unittest.TestCase):
    def test_a_delivery_counts_when_one_of_the_secrets_has_signed_it(self) -> None:
        for secrets in ([OLD], [NEW, OLD]):
            self.assertEqual(verify_webhook(BODY, delivery(OLD), secrets)["data"]["presentation"], "a")
        headers, key = by_key()
        self.assertEqual(verify_webhook(BODY, headers, [OLD, key])["type"], "presentation.verified")

    def test_another_secret_text_id_or_time_or_a_missing_header_is_refused(self) -> None:
        headers, key = by_key()
        late, its_key = by_key(late=600)
        cases: list[tuple[bytes, dict[str, str], list[str]]] = [
            (BODY, delivery(NEW), [OLD]),
            (BODY.replace(b"verified", b"rejected"), delivery(OLD), [OLD]),
            (BODY, {**delivery(OLD), "Webhook-Id": "evt_2"}, [OLD]),
            (BODY, delivery(OLD, late=600), [OLD]),
            (BODY, delivery(OLD, late=-600), [OLD]),
            (BODY, {**delivery(OLD), "Webhook-Timestamp": "soon"}, [OLD]),
            (BODY, delivery(OLD), []),
            (BODY, headers, [by_key()[1]]),
            (BODY, {**headers, "webhook-id": "evt_2"}, [key]),
            (BODY, late, [its_key]),
            *((BODY, {k: v for k, v in delivery(OLD).items() if k != gone}, [OLD]) for gone in delivery(OLD)),
        ]
        for body, sent, secrets in cases:
            with self.assertRaises(WebhookError, msg=str(sent)):
                verify_webhook(body, sent, secrets)


def hashed(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


SIGNED = "eyJh.eyJi.c2ln~ZGlzY2xvc3VyZQ~"
PARTS: dict[str, Any] = {
    "issuer": "https://verify.example.com",
    "nonce": "n-1",
    "transaction_data": ["eyJ0eXBlIjoiYSJ9"],
    "vp_token": json.dumps({"id": [SIGNED + "eyJr.eyJi.c2ln"]}),
}


class Receipts(unittest.TestCase):
    key = ec.generate_private_key(ec.SECP256R1())
    keys = {"keys": [{**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())), "kid": "r-1"}]}

    def receipt(self, change: dict[str, Any] | None = None, header: dict[str, Any] | None = None) -> str:
        told = {
            "iss": PARTS["issuer"], "jti": "p", "iat": 1, "client": "shop", "nonce_hash": hashed("n-1"),
            "transaction_data": [{"type": "a", "hash": hashed(PARTS["transaction_data"][0]), "hash_alg": "sha-256"}],
            "credentials": [{"id": "id", "sd_hash": hashed(SIGNED), "sd_hash_alg": "sha-256"}], **(change or {}),
        }
        headers = {"typ": "vpgate-receipt+jwt", "kid": "r-1", **(header or {})}
        return jwt.encode(told, self.key, algorithm="ES256", headers=headers)

    def test_a_receipt_is_checked_with_and_without_what_it_is_about(self) -> None:
        self.assertEqual(verify_receipt(self.receipt(), self.keys)["client"], "shop")
        self.assertEqual(verify_receipt(self.receipt(), self.keys, **PARTS)["jti"], "p")

    def test_what_differs_is_named(self) -> None:
        head, _, signature = self.receipt().split(".")
        two = PARTS["transaction_data"] * 2
        cases: list[tuple[str, dict[str, Any], str]] = [
            (self.receipt(header={"typ": "at+jwt"}), {}, "type"),
            (self.receipt(header={"kid": "r-2"}), {}, "signature"),
            (self.receipt()[:-6], {}, "signature"),
            (f"{head}.e30.{signature}", {}, "signature"),
            (self.receipt(), {"issuer": "https://other.example.com"}, "issuer"),
            (self.receipt(), {"nonce": "n-2"}, "nonce"),
            (self.receipt(), {"transaction_data": []}, "transaction_data"),
            (self.receipt(), {"transaction_data": two}, "transaction_data"),
            (self.receipt(), {"transaction_data": ["eyJ0eXBlIjoiYiJ9"]}, "transaction_data"),
            (self.receipt(), {"vp_token": "eyJh.eyJi.c2ln~b3RoZXI~eyJr.eyJi.c2ln"}, "vp_token"),
            (self.receipt({"credentials": []}), {"vp_token": PARTS["vp_token"]}, "vp_token"),
        ]
        for text, parts, named in cases:
            with self.assertRaises(ReceiptError) as refused:
                verify_receipt(text, self.keys, **parts)
            self.assertEqual(refused.exception.differs, named)


class Events(unittest.IsolatedAsyncioTestCase):
    async def test_events_are_read_line_by_line(self) -> None:
        async def lines() -> Any:
            for line in [": hello", "", "event: state", 'data: {"a":', "data: 1}", "", "data:x", "", "data: cut"]:
                yield line

        self.assertEqual(
            [event async for event in events_of(lines())], [("state", '{"a":\n1}'), ("message", "x")]
        )


class Client(unittest.IsolatedAsyncioTestCase):
    def service(self, *answers: httpx.Response | Exception) -> tuple[Vpgate, list[httpx.Request]]:
        left, seen = list(answers), list[httpx.Request]()

        async def answer(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            next_one = left.pop(0)
            if isinstance(next_one, Exception):
                raise next_one
            return next_one

        http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        self.addAsyncCleanup(http.aclose)
        return Vpgate("https://verify.example.com/", "a b", "s:/+", http), seen

    def stream(self, text: str) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, text=text)

    async def test_begin_sends_what_it_is_given(self) -> None:
        vpgate, seen = self.service(httpx.Response(201, json={"id": "p", "start_url": "https://v/start/h"}))
        asked: Any = {"scope": "age", "redirect_uri": "https://shop/return"}
        self.assertEqual((await vpgate.begin(asked, "order-7"))["start_url"], "https://v/start/h")
        self.assertEqual(seen[0].headers["idempotency-key"], "order-7")
        self.assertEqual(json.loads(seen[0].content), asked)
        self.assertEqual(base64.b64decode(seen[0].headers["authorization"][6:]), b"a+b:s%3A%2F%2B")

    async def test_a_refusal_says_where_and_when_to_come_again(self) -> None:
        problem = {"title": "No", "detail": "not so", "pointer": "/scope"}
        vpgate, _ = self.service(
            httpx.Response(429, json=problem, headers={"Retry-After": "7"}), httpx.Response(502, text="<html>")
        )
        with self.assertRaises(VpgateError) as refused:
            await vpgate.result("p")
        fault = refused.exception
        self.assertEqual((fault.status, fault.problem["pointer"], fault.retry_after), (429, "/scope", 7.0))
        with self.assertRaisesRegex(VpgateError, "answered 502"):
            await vpgate.result("p")

    async def test_waiting_ends_with_the_event_that_decides(self) -> None:
        told = 'data: {"status":"pending"}\n\n: here\n\ndata: {"status":"verified"}\n\n'
        result = {"status": "verified", "credentials": {}}
        needs_code = httpx.Response(404, json={"type": "urn:vpgate:problem:response_code_required"})
        vpgate, seen = self.service(
            self.stream(told), needs_code, self.stream(told), httpx.Response(200, json=result)
        )
        self.assertEqual(await vpgate.wait("p"), {"id": "p", "status": "verified"})
        self.assertEqual(await vpgate.wait("p", "c/1"), result)
        self.assertEqual(seen[-1].url.raw_path, b"/v1/presentations/p?response_code=c%2F1")

    async def test_without_events_or_when_they_break_off_it_asks(self) -> None:
        for first in (
            httpx.Response(404, json={}),
            self.stream('data: {"status":"pending"}\n\n'),
            httpx.ConnectError("no"),
        ):
            late = httpx.Response(503, json={}, headers={"Retry-After": "0"})
            vpgate, seen = self.service(first, late, httpx.Response(200, json={"status": "declined"}))
            self.assertEqual((await vpgate.wait("p"))["status"], "declined")
            self.assertEqual(seen[-1].headers["prefer"], "wait=25")

    async def test_a_client_that_may_not_ask_is_told_at_once(self) -> None:
        vpgate, seen = self.service(httpx.Response(401, json={"title": "who?"}))
        with self.assertRaisesRegex(VpgateError, "who"):
            await asyncio.wait_for(vpgate.wait("p"), 5)
        self.assertEqual(len(seen), 1)


if __name__ == "__main__":
    unittest.main()
