"""The device grant (RFC 8628) by Authlib, which leaves the waiting to its caller (section 3.5)."""

import time

from authlib.integrations.base_client.errors import OAuthError

from story import BRIEF, CLIENTS, PATIENT, SCOPE, SECRET, metadata, person, refused, session, tell

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


class Device:
    def __init__(self, address, client=CLIENTS[0], scope=SCOPE):
        self.endpoints = metadata(address)
        self.session = session(client)
        # Authlib has no call for this request; its client authentication is used as it is.
        answer = self.session.post(
            self.endpoints["device_authorization_endpoint"],
            data={"scope": scope},
            auth=self.session.client_auth(self.session.token_endpoint_auth_method),
            timeout=10,
        )
        self.codes = answer.json()
        if answer.status_code != 200:
            raise OAuthError(self.codes["error"], self.codes.get("error_description"))
        self.slowed = 0

    def poll(self):
        return self.session.fetch_token(
            self.endpoints["token_endpoint"],
            grant_type=DEVICE_CODE,
            device_code=self.codes["device_code"],
        )

    def token(self, interval=None):
        interval = interval or self.codes["interval"]
        while True:
            time.sleep(interval)
            try:
                return self.poll()
            except OAuthError as fault:
                if fault.error == "slow_down":
                    self.slowed += 1
                    interval += 5
                elif fault.error != "authorization_pending":
                    raise

    def answered(self, answer):
        person(self.codes["verification_uri_complete"], answer)


def signed_in(token):
    assert token["token_type"] == "Bearer" and token["scope"] == SCOPE, token
    assert token["expires_in"] > 0 and token["access_token"], token


def a_token_for(client):
    def story():
        device = Device(PATIENT, client)
        assert device.codes["interval"] == 2 and device.codes["expires_in"] == 600, device.codes
        refused("authorization_pending", device.poll)
        device.answered("Share")
        signed_in(device.token())
        refused("invalid_grant", device.poll)

    story.__doc__ = f"a token for {client[0]}"
    return story


def too_fast():
    """a client that is too fast is slowed down, and gets its token"""
    device = Device(PATIENT)
    refused("authorization_pending", device.poll)
    refused("slow_down", device.poll)
    refused("slow_down", device.poll)
    device.answered("Share")
    signed_in(device.token(interval=0.5))


def declined():
    """a person who declines"""
    device = Device(PATIENT)
    device.answered("Decline")
    refused("access_denied", device.token)


def not_started():
    """a person who did not start it"""
    device = Device(PATIENT)
    device.answered("I did not start this")
    refused("access_denied", device.token)


def expires():
    """a code that expires"""
    refused("expired_token", Device(BRIEF).token)


def wrong():
    """a wrong secret, an unknown scope"""
    refused("invalid_client", lambda: Device(PATIENT, ("box-post", SECRET + "x", "client_secret_post")))
    refused("invalid_scope", lambda: Device(PATIENT, scope="unknown"))


if __name__ == "__main__":
    tell([*map(a_token_for, CLIENTS), too_fast, declined, not_started, expires, wrong])
