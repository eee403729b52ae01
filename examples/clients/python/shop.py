"""The shop's story and the device grant, by openapi-python-client."""

import base64
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import httpx

sys.path.insert(0, str(Path(__file__).parent / "generated"))
from vpgate_client import AuthenticatedClient, Client
from vpgate_client.api.client import device_authorization, introspect, token
from vpgate_client.api.relying_party import begin_presentation, collect_result
from vpgate_client.models import (
    BeginByScope,
    DeviceAuthorizationRequest,
    IntrospectionRequest,
    ItemizedPayment,
    ItemizedPaymentPayload,
    ItemizedPaymentType,
    OAuthErrorCode,
    PaymentItem,
    PresentationStatus,
    TokenRequest,
)

address = sys.argv[1]
SCOPE = "urn:proof:params:scope:verifiable-credentials:basic"
HOME = "http://127.0.0.1:9999/return"
secret = base64.b64encode(b"store:plain-secret").decode()
shop = AuthenticatedClient(base_url=address, token=secret, prefix="Basic")
device = Client(base_url=address)


def shared(start):
    """Shares at the wallet; where the browser is then."""
    done = httpx.post(f"{address}/person", data={"address": start, "answer": "Share"})
    assert done.status_code == 200, done.text
    return parse_qs(urlparse(done.headers["location"]).query)


# A payment is agreed to.
payment = ItemizedPayment(
    type_=next(iter(ItemizedPaymentType)),
    credential_ids=["proof_id_default"],
    payload=ItemizedPaymentPayload(
        currency="EUR", items=[PaymentItem(quantity=2, unit_cost=12.1, label="Green tea")]
    ),
)
asked = BeginByScope(scope=SCOPE, redirect_uri=HOME, state="basket-7", transaction_data=[payment])
begun = begin_presentation.sync(client=shop, body=asked)
assert collect_result.sync(begun.id, client=shop).status == PresentationStatus.PENDING
home = shared(begun.start_url)
assert home["state"] == ["basket-7"]
result = collect_result.sync(begun.id, client=shop, response_code=home["response_code"][0])
assert result.status == PresentationStatus.VERIFIED, result
assert result.scopes.granted == [SCOPE]
assert result.transaction_data[0].payload.items[0].unit_cost == 12.1
credential = result.credentials["proof_id_default"]
assert credential.format_ == "dc+sd-jwt" and credential.claims["given_name"], credential
assert result.verified_at.tzinfo is not None

# What is wrong is told where it is.
wrong = begin_presentation.sync(
    client=shop, body=BeginByScope(scope=SCOPE, redirect_uri=HOME, wallet="none")
)
assert wrong.pointer == "/wallet", wrong

# A device gets its token.
codes = device_authorization.sync(client=device, body=DeviceAuthorizationRequest(client_id="tv"))
poll = TokenRequest(
    grant_type="urn:ietf:params:oauth:grant-type:device_code",
    client_id="tv",
    device_code=codes.device_code,
)
assert token.sync(client=device, body=poll).error == OAuthErrorCode.AUTHORIZATION_PENDING
shared(codes.verification_uri_complete)
time.sleep(codes.interval)
taken = token.sync(client=device, body=poll)
assert taken.scope == SCOPE, taken
told = introspect.sync(client=shop, body=IntrospectionRequest(token=taken.access_token))
assert told.active, told
