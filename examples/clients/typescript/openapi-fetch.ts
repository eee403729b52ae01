// The shop's story and the device grant, by openapi-typescript and openapi-fetch.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./generated/schema.js";
import { DEVICE_CODE, HOME, PAYMENT, SCOPE, address, basic, shared, there, wait } from "./story.js";

// By this header it sends a form.
const headers = { "Content-Type": "application/x-www-form-urlencoded" };
const shop = createClient<paths>({ baseUrl: address, headers: { Authorization: basic } });
const device = createClient<paths>({ baseUrl: address });

// A payment is agreed to.
const begun = await shop.POST("/v1/presentations", {
  body: {
    scope: SCOPE,
    redirect_uri: HOME,
    state: "basket-7",
    transaction_data: [{
      type: PAYMENT,
      credential_ids: ["proof_id_default"],
      payload: { currency: "EUR", items: [{ quantity: 2, unit_cost: 12.1, label: "Green tea" }] },
    }],
  },
});
const { id, start_url } = there(begun.data, begun.error);
const pending = await shop.GET("/v1/presentations/{id}", { params: { path: { id } } });
assert.equal(pending.data?.status, "pending");
const home = await shared(start_url);
assert.equal(home.searchParams.get("state"), "basket-7");
const response_code = home.searchParams.get("response_code")!;
const collected = await shop.GET("/v1/presentations/{id}", { params: { path: { id }, query: { response_code } } });
const result = there(collected.data, collected.error);
assert.equal(result.status, "verified");
assert.deepEqual(result.scopes?.granted, [SCOPE]);
const agreed = there(result.transaction_data?.[0], result);
assert.ok(agreed.type === PAYMENT);
assert.ok("payload" in agreed && (agreed.payload as { currency: string }).currency === "EUR");
const credential = there(result.credentials?.proof_id_default, result);
assert.ok(!Array.isArray(credential) && credential.format === "dc+sd-jwt" && credential.key_binding);

// What is wrong is told where it is.
const wrong = await shop.POST("/v1/presentations", { body: { scope: SCOPE, redirect_uri: HOME, wallet: "none" } });
assert.equal(wrong.error?.pointer, "/wallet");

// A device gets its token.
const codes = there((await device.POST("/device_authorization", { body: { client_id: "tv" }, headers })).data, "codes");
const poll = () =>
  device.POST("/token", { body: { grant_type: DEVICE_CODE, client_id: "tv", device_code: codes.device_code }, headers });
assert.equal((await poll()).error?.error, "authorization_pending");
await shared(there(codes.verification_uri_complete, codes));
await wait(codes.interval);
const token = there((await poll()).data, "a token");
assert.equal(token.scope, SCOPE);
const told = await shop.POST("/introspect", { body: { token: token.access_token }, headers });
assert.equal(told.data?.active, true);
