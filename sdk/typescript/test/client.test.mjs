import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { Vpgate, VpgateError } from "../dist/index.js";

/** A service that answers so; every request is noted. */
async function service(answer) {
  const seen = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    answer(request, response, seen.length);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.closeAllConnections() ?? server.close());
  const url = `http://127.0.0.1:${server.address().port}/`;
  return { seen, vpgate: new Vpgate({ url, clientId: "a b", clientSecret: "s:/+" }) };
}

const json = (response, status, body, headers = {}) => {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};
const isStream = (request) => request.url.endsWith("/events");

test("begin sends what it is given, with the client's credentials encoded", async () => {
  const { seen, vpgate } = await service((_, response) => json(response, 201, { id: "p", start_url: "https://v/start/h" }));
  const begun = await vpgate.begin({ scope: "age", redirect_uri: "https://shop/return" }, { idempotencyKey: "order-7" });
  assert.equal(begun.start_url, "https://v/start/h");
  const [{ method, url, headers, body }] = seen;
  assert.deepEqual([method, url, headers["idempotency-key"]], ["POST", "/v1/presentations", "order-7"]);
  assert.equal(Buffer.from(headers.authorization.slice(6), "base64").toString(), "a+b:s%3A%2F%2B");
  assert.deepEqual(JSON.parse(body), { scope: "age", redirect_uri: "https://shop/return" });
});

test("a refusal says where, and when to come again", async () => {
  const problem = { type: "urn:x", title: "No", detail: "not so", pointer: "/scope" };
  const { vpgate } = await service((_, response) => json(response, 429, problem, { "Retry-After": "7" }));
  await assert.rejects(vpgate.result("p"), (fault) => {
    assert.ok(fault instanceof VpgateError);
    assert.deepEqual([fault.status, fault.problem.pointer, fault.retryAfter, fault.message], [429, "/scope", 7, "not so"]);
    return true;
  });
  const { vpgate: odd } = await service((_, response) => response.writeHead(502).end("<html>"));
  await assert.rejects(odd.result("p"), { status: 502, message: "the service answered 502" });
});

test("waiting ends with the event that decides, and fetches the result with the code", async () => {
  const { seen, vpgate } = await service((request, response) => {
    if (request.url.includes("?")) return json(response, 200, { id: "p", status: "verified", credentials: {} });
    if (!isStream(request)) return json(response, 404, { type: "urn:vpgate:problem:response_code_required" });
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write('id: 1\ndata: {"id":"p","status":"pending"}\n\n: here\n\n');
    return setTimeout(() => response.end('id: 2\ndata: {"id":"p","status":"verified"}\n\n'), 50);
  });
  assert.deepEqual(await vpgate.wait("p"), { id: "p", status: "verified" });
  assert.deepEqual(await vpgate.wait("p", { responseCode: "c/1" }), { id: "p", status: "verified", credentials: {} });
  assert.deepEqual(seen.map((it) => it.url).slice(-2), ["/v1/presentations/p/events", "/v1/presentations/p?response_code=c%2F1"]);
});

test("without events, or when they break off, it asks, and bears faults", async () => {
  for (const cut of [false, true]) {
    const { seen, vpgate } = await service((request, response, count) => {
      if (isStream(request) && !cut) return json(response, 404, { title: "unknown" });
      if (isStream(request)) {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.write('data: {"id":"p","status":"pending"}\n\n');
        return setTimeout(() => response.destroy(), 20);
      }
      if (count === 2) return json(response, 503, { title: "later" }, { "Retry-After": "1" });
      return json(response, 200, { id: "p", status: "declined", error: "access_denied" });
    });
    assert.equal((await vpgate.wait("p")).status, "declined");
    assert.equal(seen.at(-1).headers.prefer, "wait=25");
  }
});

test("the caller ends the waiting", async () => {
  const { vpgate } = await service((request, response) => {
    if (isStream(request)) response.writeHead(200, { "Content-Type": "text/event-stream" }).write(": here\n\n");
  });
  await assert.rejects(vpgate.wait("p", { signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });
});

test("a client that may not ask is told at once", async () => {
  const { seen, vpgate } = await service((_, response) => json(response, 401, { title: "who?" }));
  await assert.rejects(vpgate.wait("p"), { status: 401 });
  assert.equal(seen.length, 1);
});
