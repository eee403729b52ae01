"""The code flow and the device grant by requests-oauthlib and oauthlib, with their defaults."""

import os

import requests
from oauthlib.oauth2 import DeviceClient, OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from story import HOME, PATIENT, PLAIN_SECRET, SCOPE, metadata, person, tell

# The service is on loopback, without TLS.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

SCOPES = ["openid", "profile"]


def refused(code, action):
    try:
        action()
    except OAuth2Error as fault:
        assert fault.error == code, f"{fault.error}, not {code}"
        return
    raise AssertionError(f"was not refused with {code}")


class Application:
    def __init__(self, client="plain", secret=PLAIN_SECRET, answer="Share", pkce="S256"):
        self.endpoints = metadata(PATIENT)
        self.secret = secret
        self.session = OAuth2Session(client, redirect_uri=HOME, scope=SCOPES, pkce=pkce)
        link, _ = self.session.authorization_url(self.endpoints["authorization_endpoint"])
        self.home = person(link, answer)

    def exchange(self):
        # Without a secret it must be told to name itself.
        proof = {"client_secret": self.secret} if self.secret else {"include_client_id": True}
        return self.session.fetch_token(
            self.endpoints["token_endpoint"], authorization_response=self.home, **proof
        )


def confidential():
    """a confidential client: a token, userinfo, refreshing"""
    application = Application()
    token = dict(application.exchange())
    assert set(token["scope"]) == set(SCOPES), token
    person_of = application.session.get(metadata(PATIENT, "openid-configuration")["userinfo_endpoint"])
    assert person_of.json()["sub"], person_of.text
    again = application.session.refresh_token(
        application.endpoints["token_endpoint"],
        refresh_token=token["refresh_token"],
        auth=HTTPBasicAuth("plain", PLAIN_SECRET),
    )
    assert again["access_token"] != token["access_token"]


def public():
    """a public client"""
    assert Application("page", None).exchange()["access_token"]


def declined():
    """a person who declines"""
    refused("access_denied", Application(answer="Decline").exchange)


def wrong():
    """a wrong secret, a code that comes twice"""
    refused("invalid_client", Application(secret="wrong").exchange)
    application = Application()
    application.exchange()
    refused("invalid_grant", application.exchange)


def device():
    """the device grant: pending, then denied"""
    client = DeviceClient("tv", scope=[SCOPE])
    endpoints = metadata(PATIENT)
    asked = {"client_id": "tv", "scope": SCOPE}
    codes = requests.post(endpoints["device_authorization_endpoint"], data=asked, timeout=10).json()

    def poll():
        body = client.prepare_request_body(codes["device_code"], include_client_id=True)
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answer = requests.post(endpoints["token_endpoint"], data=body, headers=kind, timeout=10)
        return client.parse_request_body_response(answer.text)

    refused("authorization_pending", poll)
    refused("slow_down", poll)
    person(codes["verification_uri_complete"], "Decline")
    refused("access_denied", poll)


if __name__ == "__main__":
    tell([confidential, public, declined, wrong, device], "requests-oauthlib")
