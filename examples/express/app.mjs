// A shop that asks a wallet for the age of its customers. `README.md` says how it is started.
import { randomUUID } from "node:crypto";
import express from "express";
import { Vpgate, VpgateError, verifyReceipt, verifyWebhook } from "vpgate";

const { VPGATE_URL, CLIENT_ID, CLIENT_SECRET, PUBLIC_URL, SCOPE, WEBHOOK_SECRET = "", PORT = "3000" } = process.env;
const vpgate = new Vpgate({ url: VPGATE_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
/** What each browser has begun; a real shop keeps it in its session. */
const orders = new Map();
const cookie = (request) => /(?:^|; )order=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
const page = (text) => `<!doctype html><html lang="en"><title>Wine</title><main>${text}</main></html>`;
const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const app = express();

app.get("/", (_, response) => {
  response.send(page(`<h1>Wine</h1><form method="post" action="/buy"><button>Buy: prove your age</button></form>`));
});

app.post("/buy", async (_, response) => {
  const order = randomUUID();
  const asked = { scope: SCOPE, redirect_uri: `${PUBLIC_URL}/return` };
  const begun = await vpgate.begin(asked, { idempotencyKey: order });
  orders.set(order, begun.id);
  response.cookie("order", order, { httpOnly: true, sameSite: "lax", secure: PUBLIC_URL.startsWith("https:") });
  response.redirect(303, begun.start_url);
});

// The code belongs to this browser's order: nobody else's link leads here with it.
app.get("/return", async (request, response) => {
  const id = orders.get(cookie(request));
  if (!id) return response.status(400).send(page("Begin again."));
  const result = await vpgate.wait(id, { responseCode: String(request.query.response_code ?? "") });
  if (result.status !== "verified") return response.send(page(`No wine: ${escaped(result.status)}.`));
  const [credential] = Object.values(result.credentials);
  if (result.receipt) await verifyReceipt(result.receipt, await vpgate.keys());
  response.send(page(`<h1>Cheers, ${escaped(credential.claims.given_name)}</h1><p>Your wine is on its way.</p>`));
});

// A webhook says that there is a result; only the browser that returns brings the right to it.
app.post("/webhook", express.raw({ type: "*/*" }), (request, response) => {
  const event = verifyWebhook(request.body, request.headers, [WEBHOOK_SECRET]);
  console.log(`${event.type} ${event.data.presentation ?? ""}`);
  response.status(204).end();
});

app.use((fault, _request, response, _next) => {
  const status = fault instanceof VpgateError ? 502 : 400;
  response.status(status).send(page(escaped(fault.message)));
});

app.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on ${PORT}`));
