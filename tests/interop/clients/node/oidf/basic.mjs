// The OP plans "Basic" and "Config" of the OpenID Foundation.
import assert from "node:assert/strict";
import {
  BASIC, BY, POST, RETURN, at, authorized, brief, browsed, exchange, hurried, idToken, later, metadata, parameters, post, random, refused, request,
  sent, sha256, signedIn, token, userinfo, withCode, withError } from "./op.mjs";

/** A request with something in it that must not do harm. */
const harmless = (changes) => async () => { await signedIn({ changes }); };

/** An unsigned request object. */
const requestObject = (claims) => [{ alg: "none" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".") + ".";

/** Somebody who signed in a while ago, so that a later time is another second. */
async function remembered(changes = {}) {
  const browser = random();
  const before = await signedIn({ browser, changes });
  await later(1.1);
  return { browser, ...before };
}

/** The next request is answered without the person, about the same time and the same person. */
async function silently(second, first = {}) {
  const before = await remembered(first);
  const changes = typeof second === "function" ? second(before) : second;
  const { claims } = await signedIn({ browser: before.browser, answer: undefined, changes });
  assert.equal(claims.sub, before.claims.sub);
  assert.equal(claims.auth_time, before.claims.auth_time);
}

export const basic = {
  "oidcc-server": async () => { await signedIn(); },

  "oidcc-response-type-missing": async () =>
    withError(await authorized({ changes: { response_type: undefined } }), ["unsupported_response_type", "invalid_request"], { orPage: true }),

  "oidcc-idtoken-signature": async () => {
    assert.ok(metadata.id_token_signing_alg_values_supported.includes("RS256"));
    await signedIn();
  },

  "oidcc-userinfo-get": async () => { await signedIn(); },

  "oidcc-userinfo-post-header": async () => {
    const { tokens, claims } = await signedIn();
    const about = await userinfo(tokens.access_token, { method: "POST" });
    assert.equal(about.body.sub, claims.sub, about.text);
  },

  "oidcc-userinfo-post-body": async () => {
    const { tokens, claims } = await signedIn();
    const about = await post(metadata.userinfo_endpoint, { access_token: tokens.access_token });
    // The form is not asked of servers (RFC 6750 section 2.2).
    assert.ok(about.body.sub === claims.sub || about.status === 400 || about.status === 401, about.text);
  },

  "oidcc-ensure-request-without-nonce-succeeds-for-code-flow": async () => {
    const { claims } = await signedIn({ changes: { nonce: undefined } });
    assert.equal(claims.nonce, undefined);
  },

  "oidcc-scope-profile": async () => {
    const { about } = await signedIn({ changes: { scope: "openid profile" } });
    assert.equal(about.name, "Alice Example", JSON.stringify(about));
  },
  // The demo credential says nothing of these: the request is answered all the same.
  "oidcc-scope-email": harmless({ scope: "openid email" }),
  "oidcc-scope-address": harmless({ scope: "openid address" }),
  "oidcc-scope-phone": harmless({ scope: "openid phone" }),
  "oidcc-scope-all": harmless({ scope: "openid profile email address phone" }),

  "oidcc-alternate-happy-flow": async () => {
    const asked = parameters(BASIC, { scope: "profile openid" });
    const reversed = Object.fromEntries(Object.entries(asked).reverse());
    const flow = { ...(await browsed(at(metadata.authorization_endpoint, reversed))), asked, client: BASIC, of: metadata };
    withCode(flow);
    await idToken(token(await exchange(flow)), flow);
  },

  "oidcc-display-page": harmless({ display: "page" }),
  "oidcc-display-popup": harmless({ display: "popup" }),

  "oidcc-prompt-none-not-logged-in": async () =>
    withError(await authorized({ changes: { prompt: "none" } }), ["login_required", "interaction_required"]),

  "oidcc-prompt-login": async () => {
    const { browser, claims } = await remembered();
    const { claims: again } = await signedIn({ browser, changes: { prompt: "login" } });
    assert.ok(again.auth_time > claims.auth_time, `${again.auth_time} after ${claims.auth_time}`);
    withError(await authorized({ browser, answer: "Decline", changes: { prompt: "login" } }), ["access_denied"]);
  },
  "oidcc-prompt-none-logged-in": async () => silently({ prompt: "none" }),
  "oidcc-max-age-1": async () => {
    const { browser, claims } = await remembered();
    await later(1);
    const { claims: again } = await signedIn({ browser, changes: { max_age: "1" } });
    assert.ok(again.auth_time > claims.auth_time, `${again.auth_time} after ${claims.auth_time}`);
  },
  "oidcc-max-age-10000": async () => silently({ max_age: "10000" }, { max_age: "15000" }),
  "oidcc-id-token-hint": async () => silently(({ tokens }) => ({ prompt: "none", id_token_hint: tokens.id_token })),

  "oidcc-ensure-request-with-unknown-parameter-succeeds": harmless({ extra: "foobar" }),
  "oidcc-login-hint": harmless({ login_hint: "buffy@example.com" }),
  "oidcc-ui-locales": harmless({ ui_locales: "se" }),
  "oidcc-claims-locales": harmless({ claims_locales: "se" }),
  "oidcc-ensure-request-with-acr-values-succeeds": harmless({ acr_values: metadata.acr_values_supported?.join(" ") ?? "1 2" }),

  "oidcc-codereuse": async () => {
    const { flow, tokens } = await signedIn();
    refused(await exchange(flow), "invalid_grant");
    assert.equal((await userinfo(tokens.access_token)).status, 401);
  },

  // At the service whose codes live for six seconds, so that seven are as long as thirty elsewhere.
  "oidcc-codereuse-30seconds": async () => {
    const { flow, tokens } = await signedIn({ of: hurried });
    await later(7);
    refused(await exchange(flow), "invalid_grant");
    assert.equal((await userinfo(tokens.access_token, {}, hurried)).status, 401);
  },

  "oidcc-ensure-registered-redirect-uri": async () => {
    const { isHome, status } = await authorized({ changes: { redirect_uri: `${RETURN}/${random()}` } });
    assert.ok(!isHome && status === 400);
  },

  "oidcc-ensure-post-request-succeeds": async () => {
    const asked = parameters(BASIC);
    const answer = await post(metadata.authorization_endpoint, asked);
    assert.equal(answer.status, 303, answer.text);
    const page = await browsed(new URL(answer.headers.get("location"), metadata.issuer).href);
    const flow = { ...page, asked, client: BASIC, of: metadata };
    withCode(flow);
    token(await exchange(flow));
  },

  "oidcc-server-client-secret-post": async () => { await signedIn({ client: POST }); },

  "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": async () =>
    withError(await authorized({ changes: { request_uri: `${RETURN}/request.jwt` } }), ["request_uri_not_supported"], { orPage: true }),

  "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": async () =>
    withError(await authorized({ changes: { request: requestObject({ scope: "openid" }) } }), ["request_not_supported"]),

  "oidcc-claims-essential": harmless({ claims: JSON.stringify({ userinfo: { name: { essential: true } } }) }),

  "oidcc-ensure-request-object-with-redirect-uri": async () => {
    const changes = { redirect_uri: `${RETURN}/${random()}`, request: requestObject({ redirect_uri: RETURN }) };
    const { isHome, status } = await authorized({ changes });
    assert.ok(!isHome && status === 400);
  },

  "oidcc-refresh-token": async () => {
    const { tokens, claims } = await signedIn({ changes: { scope: "openid offline_access" } });
    const refresh = (client) =>
      sent(metadata.token_endpoint, client, { grant_type: "refresh_token", refresh_token: tokens.refresh_token });
    refused(await refresh(POST), "invalid_grant");
    const next = token(await refresh(BASIC));
    assert.notEqual(next.access_token, tokens.access_token);
    assert.equal((await userinfo(next.access_token)).body.sub, claims.sub);
  },

  "oidcc-ensure-request-with-valid-pkce-succeeds": async () => {
    const code_verifier = random() + random();
    const flow = await authorized({ changes: { code_challenge: sha256(code_verifier), code_challenge_method: "S256" } });
    withCode(flow);
    token(await exchange(flow, { code_verifier }));
  },
};

export const notApplicable = {
  "oidcc-idtoken-unsigned": "ID tokens are always signed: `none` is not announced, and no client can be registered for it",
};

export const config = {
  "oidcc-discovery-endpoint-verification": async () => {
    const answer = await request(`${metadata.issuer}/.well-known/openid-configuration`);
    assert.match(answer.headers.get("content-type"), /^application\/json/);
    const { body } = answer;
    const endpoints = ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"];
    for (const name of endpoints) assert.equal(new URL(body[name]).origin, body.issuer, name);
    assert.ok(body.response_types_supported.includes("code"));
    assert.ok(body.scopes_supported.includes("openid"));
    assert.equal(new Set(body.scopes_supported).size, body.scopes_supported.length);
    assert.ok(body.subject_types_supported.every((type) => ["pairwise", "public"].includes(type)));
    assert.ok(body.id_token_signing_alg_values_supported.includes("RS256"));
    assert.ok(body.grant_types_supported.includes("authorization_code"));
    assert.ok(body.code_challenge_methods_supported.includes("S256"));
    assert.ok(body.token_endpoint_auth_methods_supported.includes("client_secret_basic"));
    const { keys } = (await request(body.jwks_uri)).body;
    assert.ok(keys.some(({ kty, use, n, e }) => kty === "RSA" && use === "sig" && n && e));
    for (const key of keys) assert.ok(key.kid && key.d === undefined && key.p === undefined);
  },
};
