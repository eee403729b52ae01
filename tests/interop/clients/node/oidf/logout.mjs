// The OP plans of the OpenID Foundation for RP-initiated and back-channel logout.
import assert from "node:assert/strict";
import * as jose from "jose";
import { BASIC, HOME, at, authorized, browsed, logoutToken, metadata, random, signedIn, withError } from "./op.mjs";

const BYE = `${HOME}/oidf/bye`;

/** Somebody who is signed in, in a browser of their own. */
async function somebody() {
  const browser = random();
  return { browser, ...(await signedIn({ browser })) };
}

/** Sends the browser to sign out; the person presses a button where one is given. */
const signOut = (browser, fields, answer) => browsed(at(metadata.end_session_endpoint, fields), { browser, answer });

const nobody = async (browser) =>
  withError(await authorized({ browser, changes: { prompt: "none" } }), ["login_required", "interaction_required"]);

const stillThere = async (browser) => {
  const { carried } = await authorized({ browser, answer: undefined, changes: { prompt: "none" } });
  assert.ok(carried.code, JSON.stringify(carried));
};

/** The browser stays, on an error or on a question; and nobody was signed out. */
async function staysPut(fields) {
  const { browser, tokens } = await somebody();
  const page = await signOut(browser, fields(tokens));
  assert.ok(!page.isHome, String(page.url));
  await stillThere(browser);
}

/** The person says yes, and is signed out, and stays. */
async function signsOutHere(fields) {
  const { browser, tokens } = await somebody();
  const { id_token_hint, ...rest } = fields(tokens);
  // With an ID token about them nobody needs to be asked.
  const page = await signOut(browser, { id_token_hint, ...rest }, id_token_hint ? undefined : "Sign out");
  assert.ok(!page.isHome && page.status === 200, `${page.status} ${page.url}`);
  await nobody(browser);
}

async function comesBack(state) {
  const { browser, tokens } = await somebody();
  const page = await signOut(browser, { id_token_hint: tokens.id_token, post_logout_redirect_uri: BYE, state });
  assert.equal(page.url.href, state ? `${BYE}?state=${state}` : BYE, page.text);
  await nobody(browser);
  return tokens;
}

const announced = async () => assert.equal(new URL(metadata.end_session_endpoint).origin, metadata.issuer);

/** The same ID token by another key. */
async function forged(idToken) {
  const { privateKey } = await jose.generateKeyPair("RS256");
  return new jose.SignJWT(jose.decodeJwt(idToken)).setProtectedHeader(jose.decodeProtectedHeader(idToken)).sign(privateKey);
}

const withoutSignature = (idToken) =>
  `${Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url")}.${idToken.split(".")[1]}.`;

export const rpInitiated = {
  "oidcc-rp-initiated-logout-discovery-endpoint-verification": announced,
  "oidcc-rp-initiated-logout": async () => { await comesBack(random()); },
  "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri": async () =>
    staysPut(({ id_token }) => ({ id_token_hint: id_token, post_logout_redirect_uri: `${BYE}/${random()}`, state: random() })),
  "oidcc-rp-initiated-logout-modified-id-token-hint": async () =>
    staysPut(({ id_token }) => ({ id_token_hint: withoutSignature(id_token), post_logout_redirect_uri: BYE, state: random() })),
  "oidcc-rp-initiated-logout-no-id-token-hint": async () => staysPut(() => ({ post_logout_redirect_uri: BYE, state: random() })),
  "oidcc-rp-initiated-logout-no-params": async () => signsOutHere(() => ({})),
  "oidcc-rp-initiated-logout-no-post-logout-redirect-uri": async () =>
    signsOutHere(({ id_token }) => ({ id_token_hint: id_token, state: random() })),
  "oidcc-rp-initiated-logout-no-state": async () => { await comesBack(undefined); },
  "oidcc-rp-initiated-logout-only-state": async () => signsOutHere(() => ({ state: random() })),
  "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri": async () =>
    staysPut(({ id_token }) => ({ id_token_hint: id_token, post_logout_redirect_uri: `${BYE}?foo=bar`, state: random() })),
  "oidcc-rp-initiated-logout-bad-id-token-hint": async () => {
    const { browser, tokens } = await somebody();
    const page = await signOut(browser, { id_token_hint: await forged(tokens.id_token), post_logout_redirect_uri: BYE });
    assert.ok(!page.isHome, String(page.url));
    await stillThere(browser);
  },
};

export const backChannel = {
  "oidcc-backchannel-logout-discovery-endpoint-verification": async () => {
    assert.equal(metadata.backchannel_logout_supported, true);
    assert.equal(metadata.backchannel_logout_session_supported, true);
    await announced();
  },
  "oidcc-backchannel-rp-initiated-logout": async () => {
    const { sub, sid } = jose.decodeJwt((await comesBack(random())).id_token);
    assert.ok(sid);
    const keys = jose.createRemoteJWKSet(new URL(metadata.jwks_uri));
    const { payload, protectedHeader } = await jose.jwtVerify(await logoutToken(sid), keys, { issuer: metadata.issuer, audience: BASIC.id });
    assert.equal(protectedHeader.alg, "RS256");
    assert.equal(payload.sub, sub);
    assert.ok(payload.jti && payload.iat && payload.exp && payload.nonce === undefined);
    assert.deepEqual(payload.events, { "http://schemas.openid.net/event/backchannel-logout": {} });
  },
};
