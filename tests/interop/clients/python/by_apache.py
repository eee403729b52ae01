"""Sites of Apache: mod_auth_openidc signs people in, and asks about tokens; mod_oauth2 reads them by itself."""

import base64
import datetime
import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from story import HOME, PATIENT, PLAIN_SECRET, metadata, person, tell

# Where the site says that it is.
SITE = HOME.removesuffix("/return")
DAY = datetime.timedelta(days=1)
MODULES = "mpm_event authn_core authz_core authz_user env headers dir ssl proxy proxy_http socache_shmcb".split()
MODULES += ["auth_openidc", "oauth2"]

CONFIGURATION = """
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
Mutex file:{folder}
DocumentRoot {folder}/pages
DirectoryIndex index.html
{user}

OIDCProviderMetadataURL {service}/.well-known/openid-configuration
OIDCClientID apache
OIDCClientSecret {secret}
OIDCRedirectURI {site}/private/callback
OIDCCryptoPassphrase of-this-test
# Debian 12 has a version that knows PKCE and does not use it unless told.
OIDCPKCEMethod S256

# It wants TLS for this one, which the site itself puts before the service.
OIDCOAuthIntrospectionEndpoint https://127.0.0.1:{secured}/introspect
OIDCOAuthSSLValidateServer Off
OIDCOAuthClientID {resource}
OIDCOAuthClientSecret {secret}

Listen 127.0.0.1:{secured}
<VirtualHost 127.0.0.1:{secured}>
    SSLEngine on
    SSLCertificateFile {folder}/certificate.pem
    ProxyPass / {service}/
</VirtualHost>

<Location /private>
    AuthType openid-connect
    Require valid-user
    Header set X-Subject "expr=%{{env:OIDC_CLAIM_sub}}"
    Header set X-Issuer "expr=%{{env:OIDC_CLAIM_iss}}"
    Header set X-Name "expr=%{{env:OIDC_CLAIM_name}}"
    Header set X-Session "expr=%{{env:OIDC_CLAIM_sid}}"
</Location>
<Location /asking>
    AuthType oauth20
    Require valid-user
</Location>
<Location /reading>
    AuthType oauth2
    OAuth2TokenVerify jwks_uri {service}/jwks.json
    Require valid-user
</Location>
"""


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def certificate():
    """A key and what it says of itself, for a day."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "site")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + DAY)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private + made.sign(key, hashes.SHA256()).public_bytes(pem)


class Site:
    """Apache on a free port, until the end of this."""

    def __init__(self, secret=PLAIN_SECRET):
        self.secret = secret

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        folder.chmod(0o755)
        for name in ["private", "asking", "reading"]:
            (folder / "pages" / name).mkdir(parents=True)
            (folder / "pages" / name / "index.html").write_text(f"the page {name}")
        (folder / "certificate.pem").write_bytes(certificate())
        self.port, secured = free_port(), free_port()
        places = {"folder": folder, "port": self.port, "secured": secured, "service": PATIENT, "site": SITE, "secret": self.secret}
        places["resource"] = "api-apache"
        # Started by root, it wants to be somebody else.
        places["user"] = "User nobody\nGroup nogroup" if os.geteuid() == 0 else ""
        loaded = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES]
        (folder / "httpd.conf").write_text("\n".join(loaded) + CONFIGURATION.format(**places))
        command = ["/usr/sbin/apache2", "-f", str(folder / "httpd.conf"), "-DFOREGROUND"]
        self.log = folder / "error.log"
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            assert self.server.poll() is None, "Apache does not start"
            time.sleep(0.05)
        raise AssertionError("Apache does not listen")

    def __exit__(self, kind, *_):
        self.server.terminate()
        self.server.wait(timeout=20)
        if kind is not None and self.log.exists():
            print(self.log.read_text()[-3000:], flush=True)
        self.folder.cleanup()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Visit:
    """A browser at the site; at the service the person answers."""

    def __init__(self, site):
        self.site = site
        self.cookies = {}
        # Its name at the service.
        self.browser = str(uuid.uuid4())

    def send(self, address, token=None, form=None):
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": urlsplit(SITE).netloc, "Accept": "text/html", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        body = None if form is None else urlencode(form).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.site.port}{path}", body, headers)
        try:
            answer = urllib.request.build_opener(NoRedirect).open(request, timeout=20)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        for cookie in answer.headers.get_all("set-cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return answer

    def open(self, address, answer="Share"):
        page = self.send(address)
        for _ in range(8):
            there = page.headers["location"]
            if there is None:
                return page
            if there.startswith(PATIENT):
                there = person(there, answer, browser=self.browser)
                assert there.startswith(SITE), there
            page = self.send(there)
        raise AssertionError("goes round and round")


def a_token():
    endpoints = metadata(PATIENT)
    session = OAuth2Session(
        "plain", PLAIN_SECRET, redirect_uri=HOME, scope="openid profile", code_challenge_method="S256"
    )
    verifier = generate_token(48)
    link, _ = session.create_authorization_url(endpoints["authorization_endpoint"], code_verifier=verifier)
    home = person(link, "Share")
    return session.fetch_token(endpoints["token_endpoint"], authorization_response=home, code_verifier=verifier)


def signed_in():
    """mod_auth_openidc signs in, and the page learns who it is; whoever declines or has a wrong secret does not"""
    with Site() as site:
        page = Visit(site).open(f"{SITE}/private/")
        assert page.status == 200 and page.read() == b"the page private", page.status
        assert page.headers["x-issuer"] == PATIENT and page.headers["x-subject"], page.headers.items()
        assert page.headers["x-name"] == "Alice Example", page.headers.items()
        declined = Visit(site).open(f"{SITE}/private/", "Decline")
        assert declined.read() != b"the page private"
    with Site("wrong") as site:
        page = Visit(site).open(f"{SITE}/private/")
        assert page.read() != b"the page private"


def session_of(logout_token):
    """The session that a logout token is about."""
    claims = logout_token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sid"]


def logout_token(session):
    """What the site is told about the end of this session."""
    for _ in range(50):
        forms = requests.get(f"{PATIENT}/told", timeout=10).json()
        told = [parse_qs(form)["logout_token"][0] for form in forms]
        for token in told:
            if session_of(token) == session:
                return token
        time.sleep(0.2)
    raise AssertionError("the site was never told")


def signed_out():
    """mod_auth_openidc signs out at the service, where nobody was asked twice before; and is told of it elsewhere"""
    callback = f"{SITE}/private/callback"
    with Site() as site:
        visit, another = Visit(site), Visit(site)
        assert visit.open(f"{SITE}/private/").status == 200
        visit.cookies.clear()
        page = visit.open(f"{SITE}/private/", answer=None)
        assert page.read() == b"the page private", page.status
        bye = f"{SITE}/bye"
        away = visit.send(f"{callback}?{urlencode({'logout': bye})}").headers["location"]
        assert away.startswith(f"{PATIENT}/logout?"), away
        assert person(away, browser=visit.browser) == bye
        asked = visit.send(f"{SITE}/private/").headers["location"]
        assert person(asked, browser=visit.browser).startswith(PATIENT), "the next visit is asked again"

        session = another.open(f"{SITE}/private/").headers["x-session"]
        assert another.send(f"{SITE}/private/").status == 200
        person(f"{PATIENT}/logout", "Sign out", browser=another.browser)
        told = Visit(site).send(f"{callback}?logout=backchannel", form={"logout_token": logout_token(session)})
        assert told.status == 200, (told.status, told.read())
        assert another.send(f"{SITE}/private/").status == 302


def resources():
    """tokens: mod_auth_openidc asks about them, mod_oauth2 reads them; both refuse what is none, or is revoked"""
    with Site() as site:
        token = a_token()
        for path in ["asking", "reading"]:
            good = Visit(site).send(f"{SITE}/{path}/", token["access_token"])
            assert good.status == 200 and good.read() == f"the page {path}".encode(), (path, good.status)
            for wrong in ["nonsense", token["access_token"][:-8] + "AAAAAAAA", None]:
                bad = Visit(site).send(f"{SITE}/{path}/", wrong)
                assert bad.status == 401, (path, wrong, bad.status)


if __name__ == "__main__":
    tell([signed_in, signed_out, resources], "Apache")
