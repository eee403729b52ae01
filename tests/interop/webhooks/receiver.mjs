// Takes webhooks by the library of Standard Webhooks for JavaScript: what it verifies is taken, all else is refused.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString("utf8");
    const refused = (text, headers) => {
      try {
        webhook.verify(text, headers);
        return false;
      } catch {
        return true;
      }
    };
    try {
      const message = webhook.verify(body, request.headers);
      const others = [
        refused(body.replace(message.type, "presentation.other"), request.headers),
        refused(body, { ...request.headers, "webhook-id": "evt_AAAAAAAAAAAAAAAAAAAAAA" }),
        refused(body, { ...request.headers, "webhook-timestamp": String(request.headers["webhook-timestamp"] - 1) }),
      ];
      response.writeHead(others.every(Boolean) ? 204 : 500).end();
    } catch (fault) {
      console.error(String(fault));
      response.writeHead(400).end();
    }
  });
}).listen(0, "127.0.0.1", function () {
  console.log(`http://127.0.0.1:${this.address().port}/`);
});
