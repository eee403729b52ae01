"""The authorization code flow (RFC 6749 section 4.1) by Authlib, and what the tokens are good for."""

from urllib.parse import parse_qs, urlsplit

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

from story import HOME, PATIENT, SCOPE, SECRET, metadata, person, refused, tell

WEB = ("web", None, "none")
POSTED = ("portal-post", SECRET, "client_secret_post")
RESOURCE = ("api-post", SECRET, "client_secret_post")


class Application:
    def __init__(self, client=WEB, answer="Share"):
        identifier, secret, method = client
        self.endpoints = metadata(PATIENT)
        self.session = OAuth2Session(
            identifier,
            secret,
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
            redirect_uri=HOME,
            scope=SCOPE,
            code_challenge_method="S256",
        )
        self.verifier = generate_token(48)
        link, state = self.session.create_authorization_url(
            self.endpoints["authorization_endpoint"], code_verifier=self.verifier
        )
        self.home = person(link, answer)
        carried = parse_qs(urlsplit(self.home).query)
        assert carried["state"] == [state] and carried["iss"] == [self.endpoints["issuer"]], carried

    def exchange(self, verifier=None):
        return self.session.fetch_token(
            self.endpoints["token_endpoint"],
            authorization_response=self.home,
            code_verifier=verifier or self.verifier,
        )

    def refresh(self, token):
        return self.session.refresh_token(self.endpoints["token_endpoint"], token["refresh_token"])


def introspected(token):
    identifier, secret, method = RESOURCE
    session = OAuth2Session(identifier, secret, token_endpoint_auth_method=method)
    answer = session.introspect_token(metadata(PATIENT)["introspection_endpoint"], token=token["access_token"])
    assert answer.status_code == 200, answer.text
    return answer.json()


def a_token_for(client):
    def story():
        application = Application(client)
        token = application.exchange()
        assert token["token_type"] == "Bearer" and token["scope"] == SCOPE, token
        assert introspected(token)["active"]
        refused("invalid_grant", application.exchange)
        assert introspected(token) == {"active": False}

    story.__doc__ = f"a token for {client[0]}: PKCE, state, iss"
    return story


def refreshed():
    """refreshing, and a refresh token that comes twice"""
    application = Application()
    first = dict(application.exchange())
    second = dict(application.refresh(first))
    assert second["refresh_token"] != first["refresh_token"]
    refused("invalid_grant", lambda: application.refresh(first))
    refused("invalid_grant", lambda: application.refresh(second))
    assert introspected(second) == {"active": False}


def revoked():
    """revocation"""
    application = Application()
    token = dict(application.exchange())
    answer = application.session.revoke_token(
        application.endpoints["revocation_endpoint"], token=token["refresh_token"]
    )
    assert answer.status_code == 200, answer.text
    assert introspected(token) == {"active": False}


def declined():
    """a person who declines"""
    carried = parse_qs(urlsplit(Application(answer="Decline").home).query)
    assert carried["error"] == ["access_denied"] and "code" not in carried, carried


def another_verifier():
    """a verifier of another request"""
    application = Application()
    refused("invalid_grant", lambda: application.exchange(generate_token(48)))


if __name__ == "__main__":
    tell([a_token_for(WEB), a_token_for(POSTED), refreshed, revoked, declined, another_verifier])
