// The authorization code flow (RFC 6749 section 4.1) by openid-client, and what the tokens are good for.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as oauth from "openid-client";
import { HOME, SCOPE, SECRET, decoded, discovered, patient, refused, tell, visited } from "./story.mjs";

const RETURN = `${HOME}/return`;
const BYE = `${HOME}/bye`;
const PAGE = ["page", oauth.None()];
const WEB = ["web", oauth.None()];
const PORTAL = ["portal:basic", oauth.ClientSecretBasic(SECRET)];
const API = ["api", oauth.ClientSecretBasic(SECRET)];

/** From the link to the way home, with everything that openid-client checks there. */
async function signedIn([id, authentication], { par = false, answer = "Share", dpop = false, browser, changes = {} } = {}) {
  const config = await discovered(patient, id, authentication, "oidc");
  const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [oauth.randomState(), oauth.randomNonce()];
  const DPoP = dpop ? oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair()) : undefined;
  const request = {
    redirect_uri: RETURN, scope: `openid ${SCOPE}`, state: expectedState, nonce: expectedNonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: "S256", ...changes,
  };
  const link = par ? await oauth.buildAuthorizationUrlWithPAR(config, request, { DPoP }) : oauth.buildAuthorizationUrl(config, request);
  const { url: home } = await visited(link.href, { answer, browser });
  assert.ok(home.href.startsWith(RETURN), `the browser is at ${home.origin}${home.pathname}`);
  const exchange = (more = {}) => oauth.authorizationCodeGrant(
    config, home, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true, ...more }, undefined, { DPoP });
  return { config, home, exchange, DPoP };
}

const introspected = async (token) => oauth.tokenIntrospection(await discovered(patient, ...API), token);

await tell({
  ...Object.fromEntries([["a public client", WEB, false], ["a confidential one", PORTAL, false], ["a pushed request", PORTAL, true]].map(
    ([name, client, par]) => [`${name}: PKCE, state, iss, nonce`, async () => {
      const { config, home, exchange } = await signedIn(client, { par });
      assert.equal(home.searchParams.get("iss"), patient);
      const token = await exchange();
      assert.equal(token.token_type, "bearer");
      assert.ok(token.scope.split(" ").includes(SCOPE), token.scope);
      const { sub } = token.claims();
      assert.equal((await oauth.fetchUserInfo(config, token.access_token, sub)).sub, sub);
      await refused("invalid_grant", exchange());
      assert.equal((await introspected(token.access_token)).active, false, "a code that came twice ends its tokens");
    }])),

  "refreshing, and a refresh token that comes twice": async () => {
    const { config, exchange } = await signedIn(WEB);
    const first = await exchange();
    const second = await oauth.refreshTokenGrant(config, first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal((await introspected(second.access_token)).active, true);
    await refused("invalid_grant", oauth.refreshTokenGrant(config, first.refresh_token));
    await refused("invalid_grant", oauth.refreshTokenGrant(config, second.refresh_token));
    assert.equal((await introspected(second.access_token)).active, false);
  },

  "introspection and revocation": async () => {
    const { config, exchange } = await signedIn(PORTAL);
    const token = await exchange();
    const known = await introspected(token.access_token);
    assert.equal(known.active, true);
    assert.equal(known.client_id, "portal:basic");
    assert.equal(known.iss, patient);
    await oauth.tokenRevocation(config, token.refresh_token);
    assert.deepEqual(await introspected(token.access_token), { active: false });
    await refused("invalid_grant", oauth.refreshTokenGrant(config, token.refresh_token));
  },

  "tokens that are bound to a key": async () => {
    const { config, exchange, DPoP } = await signedIn(WEB, { dpop: true });
    const token = await exchange();
    assert.equal(token.token_type, "dpop");
    assert.ok(decoded(token.access_token).cnf.jkt);
    const { sub } = token.claims();
    assert.equal((await oauth.fetchUserInfo(config, token.access_token, sub, { DPoP })).sub, sub);
    const again = await oauth.refreshTokenGrant(config, token.refresh_token, undefined, { DPoP });
    assert.equal(again.token_type, "dpop");
    await assert.rejects(oauth.refreshTokenGrant(config, again.refresh_token));
  },

  "the session of a browser, and its end": async () => {
    const browser = randomUUID();
    const asked = (changes, answer) => signedIn(PAGE, { browser, answer, changes: { scope: "openid profile", ...changes } });
    const first = await (await asked({}, "Share")).exchange();
    const { config, exchange } = await asked({ prompt: "none", max_age: "600", id_token_hint: first.id_token }, null);
    const second = await exchange({ maxAge: 600 });
    for (const claim of ["sub", "sid", "auth_time"]) assert.equal(second.claims()[claim], first.claims()[claim], claim);
    const away = oauth.buildEndSessionUrl(config, { id_token_hint: second.id_token, post_logout_redirect_uri: BYE, state: "x y" });
    assert.equal((await visited(away.href, { browser })).url.href, `${BYE}?state=x+y`);
    await refused("login_required", (await asked({ prompt: "none" }, null)).exchange());
    await refused("invalid_grant", oauth.refreshTokenGrant(config, first.refresh_token));
  },

  "a person who declines": async () => {
    const { home, exchange } = await signedIn(WEB, { answer: "Decline" });
    assert.equal(home.searchParams.get("iss"), patient);
    await refused("access_denied", exchange());
  },

  "a verifier of another request": async () => {
    const { exchange } = await signedIn(WEB);
    await refused("invalid_grant", exchange({ pkceCodeVerifier: oauth.randomPKCECodeVerifier() }));
  },
});
