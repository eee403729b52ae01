"""The code flow by httpx-oauth, which chooses by the metadata, with its defaults: the scopes `openid email`."""

import asyncio
from urllib.parse import parse_qs, urlsplit

from httpx_oauth.clients.openid import OpenID
from httpx_oauth.oauth2 import OAuth2RequestError

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from story import HOME, PATIENT, PLAIN_SECRET, person, tell

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def client(secret=PLAIN_SECRET):
    return OpenID("plain", secret, f"{PATIENT}/.well-known/openid-configuration")


def answered(by, answer="Share"):
    """What the browser carries home."""
    challenge = create_s256_code_challenge(VERIFIER)
    link = asyncio.run(
        by.get_authorization_url(HOME, state="s", code_challenge=challenge, code_challenge_method="S256")
    )
    return parse_qs(urlsplit(person(link, answer)).query)


def exchanged(by, carried):
    return asyncio.run(by.get_access_token(carried["code"][0], HOME, VERIFIER))


def refused(code, action):
    try:
        action()
    except OAuth2RequestError as fault:
        assert fault.response.json()["error"] == code, fault.response.text
        return
    raise AssertionError(f"was not refused with {code}")


def signed_in():
    """discovery, a token, who it is, refreshing and revocation"""
    by = client()
    token = exchanged(by, answered(by))
    identity, _ = asyncio.run(by.get_id_email(token["access_token"]))
    assert identity
    again = asyncio.run(by.refresh_token(token["refresh_token"]))
    asyncio.run(by.revoke_token(again["refresh_token"], "refresh_token"))
    refused("invalid_grant", lambda: asyncio.run(by.refresh_token(again["refresh_token"])))


def wrong():
    """a wrong secret, a code that comes twice"""
    by = client()
    carried = answered(by)
    refused("invalid_client", lambda: exchanged(client("wrong"), carried))
    exchanged(by, carried)
    refused("invalid_grant", lambda: exchanged(by, carried))


def declined():
    """a person who declines"""
    carried = answered(client(), "Decline")
    assert carried["error"] == ["access_denied"] and "code" not in carried, carried


if __name__ == "__main__":
    tell([signed_in, wrong, declined], "httpx-oauth")
