"""What every flow's script shares: the addresses, the person, and how a story ends."""

import concurrent.futures
import sys
import traceback

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

# A service whose device codes live long, and one whose codes do not.
PATIENT, BRIEF = sys.argv[1:3]
SECRET = "s3cret:/+ %&="
# For libraries that do not encode what they put into the header (RFC 6749 section 2.3.1).
PLAIN_SECRET = "plain-secret"
# Elsewhere: the browser stops there.
HOME = "http://127.0.0.1:9999/return"
SCOPE = "urn:proof:params:scope:verifiable-credentials:basic"
# Client identifier, secret, and how it authenticates.
CLIENTS = [
    ("tv", None, "none"),
    ("box", PLAIN_SECRET, "client_secret_basic"),
    ("box-post", SECRET, "client_secret_post"),
]


def session(client=CLIENTS[0]):
    identifier, secret, method = client
    return OAuth2Session(identifier, secret, token_endpoint_auth_method=method)


def metadata(address, name="oauth-authorization-server"):
    return requests.get(f"{address}/.well-known/{name}", timeout=10).json()


def person(address, answer=None, fault=None, browser=None):
    """Opens the address and answers in the wallet; where the browser of this name is then, or a new one."""
    origin = "/".join(address.split("/")[:3])
    given = {"address": address, "answer": answer, "fault": fault, "browser": browser}
    errand = {name: value for name, value in given.items() if value is not None}
    done = requests.post(f"{origin}/person", data=errand, timeout=30)
    assert done.status_code == 200, done.text
    return done.headers["location"]


def refused(code, action):
    """The OAuth error that something ends with."""
    try:
        action()
    except OAuthError as fault:
        assert fault.error == code, f"{fault.error}, not {code}"
        return
    raise AssertionError(f"was not refused with {code}")


def tell(stories, client="Authlib"):
    """Tells all stories at once, and ends the process: well when all were true."""
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(len(stories)) as pool:
        told = {pool.submit(story): story.__doc__ for story in stories}
        for story in concurrent.futures.as_completed(told):
            fault = story.exception()
            if fault is None:
                print(f"ok      {client}: {told[story]}", flush=True)
            else:
                failed += 1
                print(f"FAILED  {client}: {told[story]}", flush=True)
                traceback.print_exception(fault)
    sys.exit(1 if failed else 0)
