"""Takes webhooks by the library of Standard Webhooks for Python: what it verifies is taken, all else is refused."""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

WEBHOOK = Webhook(os.environ["WEBHOOK_SECRET"])


def refused(body, headers):
    try:
        WEBHOOK.verify(body, headers)
        return False
    except WebhookVerificationError:
        return True


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            message = WEBHOOK.verify(body, headers)
            earlier = str(int(headers["webhook-timestamp"]) - 1)
            others = [
                refused(body.replace(message["type"], "presentation.other"), headers),
                refused(body, {**headers, "webhook-id": "evt_AAAAAAAAAAAAAAAAAAAAAA"}),
                refused(body, {**headers, "webhook-timestamp": earlier}),
            ]
            status = 204 if all(others) else 500
        except WebhookVerificationError as fault:
            print(fault, file=sys.stderr)
            status = 400
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


SERVER = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(f"http://127.0.0.1:{SERVER.server_port}/", flush=True)
SERVER.serve_forever()
