// The plan of the OpenID Foundation for the FAPI 2.0 Security Profile (final), with `private_key_jwt`, DPoP, OpenID
// Connect and requests that are not signed (`plain_fapi`, `plain_response`).
import assert from "node:assert/strict";
import {
  ANOTHER, BY, FAPI, Prover, RETURN, at, browsed, exchange, hurried, idToken, later, metadata, parameters, patient, post,
  random, refused, request, sent, sha256, token, userinfo, withCode, withError } from "./op.mjs";

/** Pushes a request, as the profile asks it. */
async function pushed({ client = FAPI, changes = {}, of = metadata, ...more } = {}) {
  const code_verifier = random() + random();
  const asked = parameters(client, { code_challenge: sha256(code_verifier), code_challenge_method: "S256", ...changes });
  const { client_id, ...rest } = asked;
  const answer = await sent(of.pushed_authorization_request_endpoint, client, rest, { of, ...more });
  return { answer, asked, code_verifier, client, of };
}

const link = ({ answer, client, of }) => at(of.authorization_endpoint, { client_id: client.id, request_uri: answer.body.request_uri });

/** Up to the code. */
async function asked(more = {}) {
  const { answer: said, ...how } = more;
  const push = await pushed(how);
  assert.equal(push.answer.status, 201, push.answer.text);
  assert.match(push.answer.body.request_uri, /^urn:ietf:params:oauth:request_uri:/);
  assert.ok(push.answer.body.expires_in <= 600);
  const flow = { ...push, ...(await browsed(link(push), said ? { answer: said } : {})) };
  return flow;
}

/** The code for a token of a key that is proven. */
async function exchanged(flow, { dpop, fields = {}, ...more } = {}) {
  withCode(flow);
  return exchange(flow, { code_verifier: flow.code_verifier, ...fields }, { dpop: dpop ?? (await Prover.new()), ...more });
}

/** Asks the resource with a proof. */
async function resource(dpop, access_token, { scheme = "DPoP", changes = {}, header = {}, proof } = {}) {
  const ask = async (nonce) => request(metadata.userinfo_endpoint, { headers: {
    authorization: `${scheme} ${access_token}`,
    ...(proof !== null && { DPoP: proof ?? (await dpop.proof("GET", metadata.userinfo_endpoint, { ath: sha256(access_token), nonce, header, ...changes })) }) } });
  const first = await ask();
  const wanted = first.headers.get("dpop-nonce");
  return first.status === 401 && wanted && /use_dpop_nonce/.test(first.headers.get("www-authenticate") ?? "") ? ask(wanted) : first;
}

/** From the pushed request to the resource. */
async function happy(more = {}, proofs = {}) {
  const dpop = more.dpop ?? (await Prover.new());
  const flow = await asked(more);
  const tokens = token(await exchanged(flow, { dpop, changes: proofs }));
  assert.equal(tokens.token_type.toLowerCase(), "dpop");
  const claims = await idToken(tokens, { ...flow, alg: "PS256" }).catch(() => idToken(tokens, { ...flow, alg: "ES256" }));
  const about = await resource(dpop, tokens.access_token, { changes: proofs });
  assert.equal(about.status, 200, about.text);
  assert.equal(about.body.sub, claims.sub);
  return { flow, tokens, claims, dpop };
}

const works = (more, proofs) => async () => { await happy(more, proofs); };
const withChanges = (changes) => works({ changes });

/** Refused at the endpoint for pushed requests, or in the browser. */
async function refusedEarly(more, ...errors) {
  const push = await pushed(more);
  if (push.answer.status !== 201) return refused(push.answer, ...errors);
  return withError({ ...push, ...(await browsed(link(push))) }, errors, { orPage: true });
}

/** Refused at the token endpoint. */
const refusedLate = async (of, how, ...errors) => refused(await exchanged(await asked(of), how), ...errors);

/** An assertion of the client with changes. */
const signed = (changes, key = "signer") => ({ ...FAPI, by: BY.assertion(FAPI.id, key, changes) });
const minutes = 60;
const now = () => Math.floor(Date.now() / 1000);

export const fapi2 = {
  "discovery-end-point-verification": async () => {
    assert.ok(metadata.pushed_authorization_request_endpoint);
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    assert.ok(metadata.token_endpoint_auth_methods_supported.includes("private_key_jwt"));
    assert.ok(metadata.token_endpoint_auth_signing_alg_values_supported.some((alg) => ["PS256", "ES256", "EdDSA"].includes(alg)));
    assert.ok(metadata.dpop_signing_alg_values_supported.some((alg) => ["PS256", "ES256", "EdDSA"].includes(alg)));
    assert.deepEqual(metadata.code_challenge_methods_supported, ["S256"]);
    assert.ok(metadata.grant_types_supported.includes("authorization_code"));
    assert.ok(metadata.response_types_supported.includes("code"));
  },
  "happy-flow": async () => {
    await happy();
    await happy({ client: ANOTHER });
  },
  "user-rejects-authentication": async () => withError(await asked({ answer: "Decline" }), ["access_denied"]),
  "ensure-authorization-request-without-state-success": async () => {
    const { flow } = await happy({ changes: { state: undefined } });
    assert.equal(flow.carried.state, undefined);
  },
  "ensure-authorization-request-without-nonce-success": async () => {
    const { claims } = await happy({ changes: { nonce: undefined } });
    assert.equal(claims.nonce, undefined);
  },
  "ensure-authorization-request-with-64-char-nonce-success": withChanges({ nonce: "n".repeat(64) }),
  "ensure-other-scope-order-succeeds": withChanges({ scope: "profile openid" }),
  "test-claims-parameter-identity-claims": async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } }, id_token: { name: null } });
    await happy({ changes: { claims, scope: "openid profile" } });
  },
  "access-token-type-header-case-sensitivity": async () => {
    const { tokens, dpop } = await happy();
    for (const scheme of ["dpop", "DPOP", "dPoP"]) {
      const about = await resource(dpop, tokens.access_token, { scheme });
      assert.equal(about.status, 200, about.text);
    }
  },
  "check-dpop-proof-nbf-exp": async () => { await happy({}, { nbf: now() - 1, exp: now() + 60 }); },
  "ensure-dpopproof-with-iat-10seconds-before-succeeds": async () => { await happy({}, { iat: now() - 10 }); },
  "ensure-dpopproof-with-iat-10seconds-after-succeeds": async () => { await happy({}, { iat: now() + 10 }); },
  "ensure-mismatched-dpop-jkt-fails": async () => {
    const dpop_jkt = await (await Prover.new()).jkt();
    const { answer } = await pushed({ changes: { dpop_jkt }, dpop: await Prover.new() });
    refused(answer, "invalid_request", "invalid_dpop_proof");
  },
  "ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt": async () =>
    refusedLate({ dpop: await Prover.new() }, { dpop: await Prover.new() }, "invalid_grant", "invalid_dpop_proof"),
  "ensure-token-endpoint-fails-with-mismatched-dpop-jkt": async () => {
    const dpop_jkt = await (await Prover.new()).jkt();
    await refusedLate({ changes: { dpop_jkt } }, { dpop: await Prover.new() }, "invalid_grant", "invalid_dpop_proof");
  },
  "ensure-dpopproof-at-par-endpoint-binding-success": async () => { await happy({ dpop: await Prover.new() }); },
  "ensure-dpop-auth-code-binding-success": async () => {
    const dpop = await Prover.new();
    await happy({ dpop, changes: { dpop_jkt: await dpop.jkt() } });
  },
  "ensure-authorization-request-with-long-nonce": withChanges({ nonce: "n".repeat(384) }),
  "ensure-authorization-request-with-long-state": async () => {
    const push = await pushed({ changes: { state: "s".repeat(1000) } });
    if (push.answer.status !== 201) return refused(push.answer, "invalid_request");
    const flow = { ...push, ...(await browsed(link(push))) };
    return withCode(flow);
  },
  "ensure-request-object-without-redirect-uri-fails": async () =>
    refusedEarly({ changes: { redirect_uri: undefined } }, "invalid_request", "invalid_request_object"),
  // RFC 9126 section 2.4 lets a server take it; this one does not.
  "plain-fapi-tolerate-unregistered-redirect-uri": async () =>
    refusedEarly({ changes: { redirect_uri: `${RETURN}/${random()}` } }, "invalid_request", "invalid_redirect_uri"),
  "ensure-unsigned-authorization-request-without-using-par-fails": async () => {
    const page = await browsed(at(metadata.authorization_endpoint, parameters(FAPI, { code_challenge: sha256("x"), code_challenge_method: "S256" })));
    withError(page, ["invalid_request"], { orPage: true });
  },
  "ensure-redirect-uri-in-authorization-request": async () =>
    refusedEarly({ changes: { redirect_uri: undefined } }, "invalid_request"),
  "ensure-response-type-code-idtoken-fails": async () =>
    refusedEarly({ changes: { response_type: "code id_token" } }, "unsupported_response_type", "invalid_request", "unauthorized_client"),
  "ensure-response-type-token-fails": async () =>
    refusedEarly({ changes: { response_type: "token" } }, "unsupported_response_type", "invalid_request", "unauthorized_client"),
  "ensure-client-id-in-token-endpoint": async () =>
    refusedLate({}, { fields: { client_id: ANOTHER.id } }, "invalid_client", "invalid_request", "invalid_grant"),
  "ensure-holder-of-key-required": async () => {
    const flow = await asked();
    withCode(flow);
    refused(await exchange(flow, { code_verifier: flow.code_verifier }), "invalid_request", "invalid_dpop_proof", "invalid_grant");
  },
  "ensure-authorization-code-is-bound-to-client": async () => refusedLate({}, { client: ANOTHER }, "invalid_grant"),
  "attempt-reuse-authorization-code-after-one-second": async () => {
    const { flow, tokens, dpop } = await happy();
    await later(1);
    refused(await exchanged(flow, { dpop }), "invalid_grant");
    assert.equal((await resource(dpop, tokens.access_token)).status, 401);
  },
  // At the service whose codes live for six seconds.
  "ensure-token-endpoint-fails-with-expired-auth-code": async () => {
    const flow = await asked({ of: hurried });
    await later(7);
    refused(await exchanged(flow), "invalid_grant");
  },
  "ensure-signed-client-assertion-with-RS256-fails": async () =>
    refusedLate({}, { client: signed({ alg: "RS256" }, "rsa") }, "invalid_client"),
  "ensure-client-assertion-in-token-endpoint": async () =>
    refusedLate({}, { client: { ...FAPI, by: async () => ({ fields: { client_id: FAPI.id } }) } }, "invalid_client"),
  "ensure-client-assertion-with-exp-is-5-minutes-in-past-fails": async () =>
    refusedLate({}, { client: signed({ exp: now() - 5 * minutes }) }, "invalid_client"),
  "ensure-client-assertion-with-wrong-aud-fails": async () =>
    refusedLate({}, { client: signed({ aud: "https://other.example.com" }) }, "invalid_client"),
  "ensure-client-assertion-with-no-sub-fails": async () =>
    refusedLate({}, { client: signed({ sub: undefined }) }, "invalid_client"),
  "dpop-negative-tests": async () => {
    const { tokens, dpop } = await happy();
    const { access_token } = tokens;
    const wrong = [
      { changes: { ath: sha256("another") } }, { changes: { ath: undefined } }, { changes: { htm: "POST" } },
      { changes: { htu: `${patient}/token` } }, { changes: { iat: now() - 3600 } }, { changes: { jti: undefined } },
      { header: { typ: "JWT" } }, { proof: "nonsense" }, { proof: null }, { scheme: "Bearer" }];
    for (const how of wrong) assert.equal((await resource(dpop, access_token, how)).status, 401, JSON.stringify(how));
    assert.equal((await resource(await Prover.new(), access_token)).status, 401, "the key of somebody else");
    const once = { jti: random() };
    assert.equal((await resource(dpop, access_token, { changes: once })).status, 200);
    assert.equal((await resource(dpop, access_token, { changes: once })).status, 401, "a proof that comes twice");
  },
  "refresh-token": async () => {
    const { tokens, claims, dpop } = await happy({ changes: { scope: "openid offline_access" } });
    const { refresh_token } = tokens;
    const refresh = (client, of = dpop) => sent(metadata.token_endpoint, client, { grant_type: "refresh_token", refresh_token }, { dpop: of });
    refused(await refresh(ANOTHER), "invalid_grant");
    const next = token(await refresh(FAPI));
    assert.equal((await resource(dpop, next.access_token)).body.sub, claims.sub);
    // It does not rotate for a client that proves itself and its key (FAPI 2.0 section 5.3.2.1).
    assert.ok(next.refresh_token === undefined || next.refresh_token === refresh_token);
    token(await refresh(FAPI));
  },
  "par-ensure-reused-request-uri-prior-to-auth-completion-succeeds": async () => {
    const push = await pushed();
    await browsed(link(push), { answer: undefined });
    const flow = { ...push, ...(await browsed(link(push))) };
    token(await exchanged(flow));
  },
  "par-attempt-reuse-request_uri": async () => {
    const { flow } = await happy();
    withError(await browsed(link(flow)), ["invalid_request_uri", "invalid_request"], { orPage: true });
  },
  // At the service whose requests live for ten seconds.
  "par-attempt-to-use-expired-request_uri": async () => {
    const push = await pushed({ of: hurried });
    await later(push.answer.body.expires_in + 1);
    withError(await browsed(link(push)), ["invalid_request_uri", "invalid_request"], { orPage: true });
  },
  "par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted": async () => {
    const { answer } = await pushed({ client: signed({ nbf: now() + 8, iat: now() + 8 }) });
    assert.equal(answer.status, 201, answer.text);
  },
  "par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails": async () => {
    const far = now() + 120;
    const { answer } = await pushed({ client: signed({ nbf: far, iat: far, exp: far + 60 }) });
    refused(answer, "invalid_client", "invalid_request");
  },
  "par-attempt-to-use-request_uri-for-different-client": async () => {
    const push = await pushed();
    withError(await browsed(link({ ...push, client: ANOTHER })), ["invalid_request_uri", "invalid_request"], { orPage: true });
  },
  "par-authorization-request-containing-request_uri-form-param": async () => {
    const { answer } = await pushed({ changes: { request_uri: `urn:ietf:params:oauth:request_uri:${random()}` } });
    refused(answer, "invalid_request");
  },
  "par-attempt-invalid-http-method": async () => {
    for (const method of ["GET", "PUT"]) {
      const answer = await request(metadata.pushed_authorization_request_endpoint, { method });
      assert.equal(answer.status, 405, answer.text);
      assert.equal(answer.headers.get("allow"), "POST");
    }
  },
  "par-ensure-pkce-required": async () =>
    refusedEarly({ changes: { code_challenge: undefined, code_challenge_method: undefined } }, "invalid_request"),
  "ensure-pkce-code-verifier-required": async () =>
    refusedLate({}, { fields: { code_verifier: undefined } }, "invalid_grant", "invalid_request"),
  "incorrect-pkce-code-verifier-rejected": async () => refusedLate({}, { fields: { code_verifier: random() + random() } }, "invalid_grant"),
  "par-plain-pkce-rejected": async () => {
    const code_challenge = random() + random();
    await refusedEarly({ changes: { code_challenge, code_challenge_method: "plain" } }, "invalid_request");
  },
  "par-without-duplicate-parameters": works(),
  "par-test-array-as-audience-fails": async () => {
    const { answer } = await pushed({ client: signed({ aud: [metadata.issuer, "https://other.example.com"] }) });
    refused(answer, "invalid_client", "invalid_request");
  },
  "par-test-par-endpoint-url-as-audience-fails": async () => {
    const { answer } = await pushed({ client: signed({ aud: metadata.pushed_authorization_request_endpoint }) });
    refused(answer, "invalid_client", "invalid_request");
  },
  "par-test-token-endpoint-url-as-audience-fails": async () => {
    const { answer } = await pushed({ client: signed({ aud: metadata.token_endpoint }) });
    refused(answer, "invalid_client", "invalid_request");
  },
};

const OBJECT = "request objects are not taken here, so there is none whose parameters could differ";
const REGION = "belongs to the profile of one country";
export const notApplicable = {
  "ensure-different-nonce-inside-and-outside-request-object": OBJECT,
  "ensure-different-state-inside-and-outside-request-object": OBJECT,
  "state-only-outside-request-object-not-used": OBJECT,
  "ensure-registered-redirect-uri": "is for profiles other than plain_fapi; plain-fapi-tolerate-unregistered-redirect-uri holds the same here",
  "australia-connectid-ensure-invalid-purpose-fails": REGION,
  "australia-connectid-test-claims-parameter-idtoken-identity-claims": REGION,
  "brazil-ensure-bad-payment-signature-fails": REGION,
  "ensure-server-handles-non-matching-intent-id": REGION,
  "test-essential-acr-sca-claim": REGION,
};
