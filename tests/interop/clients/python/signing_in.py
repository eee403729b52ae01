"""Signing people in by Authlib with its defaults: HTTP Basic, its check of ID tokens, and signed assertions."""

import json
import os
import re
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from story import BRIEF, HOME, PATIENT, PLAIN_SECRET, metadata, person, refused, tell

KEY = ECKey.import_key(json.loads(Path(os.environ["VPGATE_SIGNERS"]).read_text())["signer"])


class Application:
    def __init__(self, client="plain", secret=PLAIN_SECRET, service=PATIENT, answer="Share", **more):
        self.endpoints = metadata(service, "openid-configuration")
        self.session = OAuth2Session(
            client, secret, redirect_uri=HOME, scope="openid profile", code_challenge_method="S256", **more
        )
        self.verifier, self.nonce = generate_token(48), generate_token()
        link, _ = self.session.create_authorization_url(
            self.endpoints["authorization_endpoint"], code_verifier=self.verifier, nonce=self.nonce
        )
        self.home = person(link, answer)

    def exchange(self):
        return self.session.fetch_token(
            self.endpoints["token_endpoint"], authorization_response=self.home, code_verifier=self.verifier
        )

    def claims(self, token):
        """What the ID token says, checked as Authlib checks it."""
        keys = KeySet.import_key_set(requests.get(self.endpoints["jwks_uri"], timeout=10).json())
        read = jwt.decode(token["id_token"], keys)
        options = {"iss": {"value": self.endpoints["issuer"]}, "aud": {"value": self.session.client_id}}
        params = {"nonce": self.nonce, "client_id": self.session.client_id, "access_token": token["access_token"]}
        claims = CodeIDToken(read.claims, read.header, options, params)
        claims.validate()
        return claims


def signed_in():
    """an ID token, userinfo, refreshing and revocation"""
    application = Application()
    token = dict(application.exchange())
    claims = application.claims(token)
    assert application.session.get(application.endpoints["userinfo_endpoint"]).json()["sub"] == claims["sub"]
    second = application.session.refresh_token(application.endpoints["token_endpoint"], token["refresh_token"])
    answer = application.session.revoke_token(
        application.endpoints["revocation_endpoint"], token=second["refresh_token"]
    )
    assert answer.status_code == 200, answer.text
    assert application.session.get(application.endpoints["userinfo_endpoint"]).status_code == 401


def revoked_by_default():
    """revocation, for which Authlib takes HTTP Basic whatever the client is registered for"""
    application = Application("authlib", token_endpoint_auth_method="client_secret_post")
    token = dict(application.exchange())
    endpoint = application.endpoints["revocation_endpoint"]
    answer = application.session.revoke_token(endpoint, token=token["refresh_token"])
    assert answer.status_code == 200, answer.text
    assert application.session.get(application.endpoints["userinfo_endpoint"]).status_code == 401


def declined():
    """a person who declines"""
    carried = parse_qs(urlsplit(Application(answer="Decline").home).query)
    assert carried["error"] == ["access_denied"] and "code" not in carried, carried


def wrong_secret():
    """a wrong secret"""
    refused("invalid_client", Application(secret="wrong").exchange)


def asserted(service, **changes):
    """A client that signs, with these changes to Authlib's assertion."""
    application = Application("signer", KEY, service, token_endpoint_auth_method="private_key_jwt")
    endpoint = application.endpoints["token_endpoint"]
    application.session.register_client_auth_method(PrivateKeyJWT(endpoint, alg="ES256", **changes))
    return application


def assertion():
    """private_key_jwt with the issuer as its audience, for ten minutes"""
    issuer = metadata(PATIENT)["issuer"]
    application = asserted(PATIENT, claims={"aud": issuer, "exp": int(time.time()) + 540})
    application.claims(application.exchange())


def assertion_by_default():
    """private_key_jwt with Authlib's defaults, where the configuration allows their audience and lifetime"""
    application = asserted(BRIEF)
    application.claims(application.exchange())


def assertion_refused():
    """private_key_jwt with Authlib's defaults, where it does not: the answer says what is wrong"""
    try:
        asserted(PATIENT).exchange()
    except OAuthError as fault:
        assert fault.error == "invalid_client", fault
        assert re.search("aud|exp|lifetime", fault.description or ""), fault
        return
    raise AssertionError("was not refused")


if __name__ == "__main__":
    tell([signed_in, revoked_by_default, declined, wrong_secret, assertion, assertion_by_default, assertion_refused])
