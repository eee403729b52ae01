// The shop's story and the device grant, by hey-api, with zod on every answer.
import assert from "node:assert/strict";
import { client } from "./generated/hey-api/client.gen.js";
import {
  beginPresentation, collectResult, deviceAuthorization, introspect, token as takeToken, tryRules,
} from "./generated/hey-api/sdk.gen.js";
import type { BeginByScope } from "./generated/hey-api/types.gen.js";
import { DEVICE_CODE, HOME, PAYMENT, SCOPE, address, secret, shared, shop, there, wait } from "./story.js";

const auth = (scheme: { scheme?: string }) => (scheme.scheme === "basic" ? `${shop}:${secret}` : undefined);
client.setConfig({ baseUrl: address });

type Agreed = NonNullable<BeginByScope["transaction_data"]>[number];

/** What came of asking for agreement. */
async function asked(agreed: Agreed) {
  const body = { scope: SCOPE, redirect_uri: HOME, transaction_data: [agreed] };
  const begun = await beginPresentation({ auth, body });
  const { id, start_url } = there(begun.data, begun.error);
  const home = await shared(start_url);
  const response_code = home.searchParams.get("response_code")!;
  const collected = await collectResult({ auth, path: { id }, query: { response_code } });
  return there(collected.data, collected.error);
}

// A payment is agreed to.
const items = [{ quantity: 2, unit_cost: 12.1, label: "Green tea" }];
const paid = await asked({ type: PAYMENT, credential_ids: ["proof_id_default"], payload: { currency: "EUR", items } });
assert.equal(paid.status, "verified");
assert.deepEqual(paid.transaction_data?.map((agreed) => agreed.type), [PAYMENT]);

// A type that only the operator knows is asked for too. The demo wallet knows it not, and says so.
const loan = { lender: "Example Bank", amount: 1200, currency: "EUR" };
const lent = await asked({ type: "urn:example:loan:v1", credential_ids: ["proof_id_default"], payload: loan });
assert.equal(lent.status, "declined");
assert.equal(lent.error, "invalid_transaction_data");

// What is wrong is told where it is, and what would be earned is told too.
const wrong = await beginPresentation({ auth, body: { scope: SCOPE, redirect_uri: HOME, wallet: "none" } });
assert.equal(wrong.error && "pointer" in wrong.error && wrong.error.pointer, "/wallet");
const tried = await tryRules({ auth, body: { claims: { proof_id_default: { age_equal_or_over: { 18: true } } } } });
assert.equal(there(tried.data, tried.error).granted, SCOPE);

// A device gets its token.
const codes = there((await deviceAuthorization({ body: { client_id: "tv" } })).data, "codes");
const poll = () => takeToken({ body: { grant_type: DEVICE_CODE, client_id: "tv", device_code: codes.device_code } });
const early = await poll();
assert.equal(early.error && "error" in early.error && early.error.error, "authorization_pending");
await shared(there(codes.verification_uri_complete, codes));
await wait(Number(codes.interval));
const token = there((await poll()).data, "a token");
assert.equal(token.scope, SCOPE);
const told = await introspect({ auth, body: { token: token.access_token } });
assert.equal(told.data?.active, true);
