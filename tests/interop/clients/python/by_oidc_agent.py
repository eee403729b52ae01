"""The device grant by oidc-agent, with its defaults: it always asks for `offline_access`, and wants a refresh token."""

import os
import re
import subprocess
import tempfile

from story import PATIENT, PLAIN_SECRET, person, tell


class Agent:
    """An agent of its own, with its folder; both end with this."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        home = self.folder.name
        os.mkdir(f"{home}/.oidc-agent", 0o700)
        self.environment = os.environ | {"HOME": home, "TMPDIR": home, "OIDC_SOCK": ""}
        told = self.run(["oidc-agent"])
        for name in ["OIDC_SOCK", "OIDCD_PID"]:
            self.environment[name] = re.search(rf"{name}=([^;]+);", told.stdout)[1]
        return self

    def __exit__(self, *_):
        self.run(["oidc-agent", "--kill"])
        self.folder.cleanup()

    def run(self, command):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30)

    def signed_in(self, secret, answer):
        """What oidc-gen says at the end, of an account that is never saved."""
        command = [
            *["oidc-gen", "--flow=device", "--manual", "--no-save", "--confirm-default", "--prompt=none"],
            *["--client-id=plain", f"--client-secret={secret}", f"--issuer={PATIENT}"],
            *["--scope=openid profile", "account"],
        ]
        going = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip
        said = ""
        for line in going.stdout:
            said += line
            if code := re.search(r"enter the code: (\S+)", line):
                person(f"{PATIENT}/device?user_code={code[1]}", answer)
        return going.wait(timeout=60), said


def signed_in():
    """a token, and another one by its refresh token"""
    with Agent() as agent:
        status, said = agent.signed_in(PLAIN_SECRET, "Share")
        assert status == 0 and "Everything setup correctly" in said, said[-500:]
        first, second = agent.run(["oidc-token", "account"]), agent.run(["oidc-token", "--force-new", "account"])
        for told in [first, second]:
            assert told.returncode == 0 and told.stdout.startswith("ey"), told.stderr
        assert first.stdout != second.stdout


def declined():
    """a person who declines"""
    with Agent() as agent:
        status, said = agent.signed_in(PLAIN_SECRET, "Decline")
        assert status != 0 and "access_denied" in said, said[-500:]


def wrong_secret():
    """a wrong secret"""
    with Agent() as agent:
        status, said = agent.signed_in("wrong", "Share")
        assert status != 0 and "invalid_client" in said, said[-500:]


if __name__ == "__main__":
    tell([signed_in, declined, wrong_secret], "oidc-agent")
