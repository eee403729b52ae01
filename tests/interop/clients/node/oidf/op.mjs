// What the modules share: requests of a client that knows nothing but the metadata, and what they come back with.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import * as jose from "jose";
import { HOME, SECRET, brief, logoutToken, patient, visited } from "../shared.mjs";

export { HOME, SECRET, brief, logoutToken, patient, visited };
export const RETURN = `${HOME}/oidf`;
export const random = () => randomBytes(24).toString("base64url");
export const sha256 = (text) => createHash("sha256").update(text).digest("base64url");
export const seconds = () => Math.floor(Date.now() / 1000);
export const later = (delay) => new Promise((done) => setTimeout(done, 1000 * delay));

/** The private keys of the clients that sign. */
const KEYS = JSON.parse(readFileSync(process.env.VPGATE_SIGNERS));

export async function request(address, options = {}) {
  const answer = await fetch(address, { redirect: "manual", ...options });
  const text = await answer.text();
  let body = text;
  try {
    body = JSON.parse(text);
  } catch {
    // A page.
  }
  return { status: answer.status, headers: answer.headers, body, text };
}

/** Without what is undefined. */
const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export const post = (address, fields, headers = {}) =>
  request(address, { method: "POST", headers, body: new URLSearchParams(given(fields)) });

const discovered = async (service) => (await request(`${service}/.well-known/openid-configuration`)).body;
export const metadata = await discovered(patient);
export const hurried = await discovered(brief);

const encoded = (text) => encodeURIComponent(text).replaceAll("%20", "+");
/** How a client proves itself, by its registered method: fields of the form, and headers. */
export const BY = {
  basic: (id, secret = SECRET) => async () => ({
    headers: { authorization: `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString("base64")}` } }),
  post: (id, secret = SECRET) => async () => ({ fields: { client_id: id, client_secret: secret } }),
  assertion: (id, key = id, changes = {}) => async (of) => ({ fields: {
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: await asserted(id, key, of.issuer, changes) } }),
};

/** A client assertion, with changes to its claims; what is undefined is left out. */
async function asserted(id, key, issuer, { alg = "ES256", ...changes }) {
  const now = seconds();
  const claims = given({ iss: id, sub: id, aud: issuer, jti: random(), iat: now, exp: now + 60, ...changes });
  const jwk = KEYS[key];
  return new jose.SignJWT(claims).setProtectedHeader({ alg, kid: jwk.kid }).sign(await jose.importJWK(jwk, alg));
}

export const BASIC = { id: "oidf:basic", by: BY.basic("oidf:basic") };
export const POST = { id: "oidf-post", by: BY.post("oidf-post") };
export const FAPI = { id: "signer:fapi", by: BY.assertion("signer:fapi", "signer") };
export const ANOTHER = { id: "another:fapi", by: BY.assertion("another:fapi", "another") };

/** The key of a client that proves it (RFC 9449), and its proofs. */
export class Prover {
  static async new() {
    const pair = await jose.generateKeyPair("ES256");
    return Object.assign(new Prover(), { ...pair, jwk: await jose.exportJWK(pair.publicKey) });
  }

  async jkt() {
    return jose.calculateJwkThumbprint(this.jwk);
  }

  proof(htm, htu, { header = {}, ...changes } = {}) {
    const claims = given({ htm, htu, jti: random(), iat: seconds(), ...changes });
    return new jose.SignJWT(claims).setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk: this.jwk, ...header }).sign(this.privateKey);
  }
}

/** A form that a client sends, with proof of a key when one is given, once more with the nonce that is wanted. */
export async function sent(address, client, fields, { dpop, changes = {}, of = metadata } = {}) {
  const send = async (nonce) => {
    const proven = await client.by(of);
    const headers = { ...proven.headers, ...(dpop && { DPoP: await dpop.proof("POST", address, { nonce, ...changes }) }) };
    return post(address, { ...proven.fields, ...fields }, headers);
  };
  const first = await send();
  return first.body?.error === "use_dpop_nonce" ? send(first.headers.get("dpop-nonce")) : first;
}

/** The parameters of an authorization request, with changes; what is undefined is left out. */
export const parameters = (client, changes = {}) => given({
  client_id: client.id, redirect_uri: RETURN, response_type: "code", scope: "openid", state: random(), nonce: random(), ...changes });

/** Where the browser ends that opens an address of the service, and what it carries home. */
export async function browsed(address, more = {}) {
  const page = await visited(address, { answer: "Share", ...more });
  return { ...page, isHome: page.url.origin === HOME, carried: Object.fromEntries(page.url.searchParams) };
}

export const at = (address, fields) => `${address}?${new URLSearchParams(given(fields))}`;

/** A request in the address, up to the way home. */
export async function authorized({ client = BASIC, changes = {}, of = metadata, ...more } = {}) {
  const asked = parameters(client, changes);
  const page = await browsed(at(of.authorization_endpoint, asked), more);
  return { ...page, asked, client, of };
}

/** Came home with a code, and with what must come beside it. */
export function withCode({ isHome, carried, asked, status, text, url, of }) {
  assert.ok(isHome, `${status} at ${url}\n${text}`);
  assert.equal(carried.error, undefined, `${carried.error}: ${carried.error_description}`);
  assert.ok(carried.code, String(url));
  assert.equal(carried.state, asked.state);
  assert.equal(carried.iss, of.issuer);
  return carried.code;
}

/** Came home with one of these errors; or stayed on a page, when that is allowed. */
export function withError({ isHome, carried, status, url, text }, errors, { orPage = false } = {}) {
  if (orPage && !isHome) {
    assert.ok(status >= 400, `${status} at ${url}`);
    return;
  }
  assert.ok(isHome, `${status} at ${url}\n${text}`);
  assert.ok(errors.includes(carried.error), `${carried.error}: ${carried.error_description}`);
  assert.equal(carried.code, undefined);
}

/** The code for a token. */
export const exchange = (flow, fields = {}, more = {}) => sent(flow.of.token_endpoint, more.client ?? flow.client, {
  grant_type: "authorization_code", code: flow.carried.code, redirect_uri: RETURN, ...fields }, { of: flow.of, ...more });

export function token(answer) {
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers.get("cache-control"), /no-store/);
  assert.ok(answer.body.access_token && answer.body.token_type, answer.text);
  return answer.body;
}

/** Refused with this error, by a status that goes with it. */
export function refused(answer, ...errors) {
  assert.ok(answer.status === 400 || answer.status === 401, `${answer.status} ${answer.text}`);
  assert.ok(errors.includes(answer.body.error), answer.text);
}

/** What an ID token says, after everything that a client must check (OpenID Connect Core section 3.1.3.7). */
export async function idToken({ id_token, access_token }, { client = BASIC, asked, of = metadata, alg = "RS256" }) {
  const keys = jose.createRemoteJWKSet(new URL(of.jwks_uri));
  const { payload, protectedHeader } = await jose.jwtVerify(id_token, keys, { issuer: of.issuer, audience: client.id });
  assert.equal(protectedHeader.alg, alg);
  assert.ok(protectedHeader.kid);
  assert.equal(payload.nonce, asked.nonce);
  assert.ok(payload.sub && payload.iat && payload.exp);
  const half = createHash("sha256").update(access_token).digest().subarray(0, 16).toString("base64url");
  if (payload.at_hash !== undefined) assert.equal(payload.at_hash, half);
  return payload;
}

export const userinfo = (access_token, { method = "GET", ...options } = {}, of = metadata) =>
  request(of.userinfo_endpoint, { method, headers: { authorization: `Bearer ${access_token}` }, ...options });

/** From the link to what userinfo says, with all checks. */
export async function signedIn(more = {}) {
  const flow = await authorized(more);
  withCode(flow);
  const tokens = token(await exchange(flow));
  const claims = await idToken(tokens, flow);
  const about = await userinfo(tokens.access_token, {}, flow.of);
  assert.equal(about.status, 200, about.text);
  assert.equal(about.body.sub, claims.sub);
  return { flow, tokens, claims, about: about.body };
}
