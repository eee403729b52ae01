// oauth4webapi, which checks every answer by the letter: both discoveries, the code flow with the signature of the ID
// token, access tokens by RFC 9068, introspection, revocation, pushed requests, the device grant.
import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { HOME, PLAIN_SECRET, SCOPE, SECRET, cameHome, patient, person, tell } from "./shared.mjs";

const RETURN = `${HOME}/return`;
// The service is on loopback, without TLS.
const plain = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(patient);
const read = async (algorithm) =>
  oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...plain }));
const service = await read("oidc");
const WEB = { client_id: "web:oauth4webapi" };
const BASIC = oauth.ClientSecretBasic(SECRET);
const API = [{ client_id: "api" }, BASIC];

/** From the link to the code. */
async function asked(changes = {}, { answer, pushed } = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const request = {
    client_id: WEB.client_id, redirect_uri: RETURN, response_type: "code", scope: "openid", state, nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...changes };
  const link = new URL(service.authorization_endpoint);
  if (pushed) {
    const { request_uri } = await oauth.processPushedAuthorizationResponse(service, WEB,
      await oauth.pushedAuthorizationRequest(service, WEB, BASIC, request, plain));
    link.search = new URLSearchParams({ client_id: WEB.client_id, request_uri });
  } else {
    link.search = new URLSearchParams(request);
  }
  const home = await cameHome(link.href, answer);
  return { nonce, home, state, verifier, carried: () => oauth.validateAuthResponse(service, WEB, home, state) };
}

async function exchanged({ carried, verifier, nonce }, authentication = BASIC) {
  const answer = await oauth.authorizationCodeGrantRequest(service, WEB, authentication, carried(), RETURN, verifier, plain);
  const token = await oauth.processAuthorizationCodeResponse(service, WEB, answer, { expectedNonce: nonce, requireIdToken: true });
  await oauth.validateApplicationLevelSignature(service, answer, plain);
  return token;
}

async function refused(error, going) {
  const fault = await going.then(() => assert.fail(`was not refused with ${error}`), (fault) => fault);
  const told = fault.error ?? (await fault.response?.json())?.error;
  assert.equal(told, error, fault.stack);
}

const introspected = async (token) =>
  oauth.processIntrospectionResponse(service, API[0], await oauth.introspectionRequest(service, ...API, token, plain));

await tell("oauth4webapi", {
  "both discoveries say the same of what both know": async () => {
    const other = await read("oauth2");
    for (const [name, value] of Object.entries(other)) assert.deepEqual(service[name], value, name);
  },

  ...Object.fromEntries([["in the address", false], ["pushed", true]].map(([name, pushed]) => [`a request ${name}, to the signature of the ID token`, async () => {
    const token = await exchanged(await asked({ scope: `openid ${SCOPE}` }, { pushed }));
    const { sub } = oauth.getValidatedIdTokenClaims(token);
    const answer = await oauth.userInfoRequest(service, WEB, token.access_token, plain);
    assert.equal((await oauth.processUserInfoResponse(service, WEB, sub, answer)).sub, sub);
  }])),

  "an access token is a JWT of RFC 9068": async () => {
    const { access_token } = await exchanged(await asked());
    const request = new Request(`${patient}/anything`, { headers: { authorization: `Bearer ${access_token}` } });
    const claims = await oauth.validateJwtAccessToken(service, request, patient, plain);
    assert.equal(claims.client_id, WEB.client_id);
  },

  "introspection, refreshing and revocation": async () => {
    const first = await exchanged(await asked());
    assert.equal((await introspected(first.access_token)).active, true);
    const answer = await oauth.refreshTokenGrantRequest(service, WEB, BASIC, first.refresh_token, plain);
    const second = await oauth.processRefreshTokenResponse(service, WEB, answer);
    await oauth.processRevocationResponse(await oauth.revocationRequest(service, WEB, BASIC, second.refresh_token, plain));
    assert.equal((await introspected(second.access_token)).active, false);
    const again = oauth.refreshTokenGrantRequest(service, WEB, BASIC, second.refresh_token, plain);
    await refused("invalid_grant", again.then((answer) => oauth.processRefreshTokenResponse(service, WEB, answer)));
  },

  "a person who declines": async () => {
    const { carried } = await asked({}, { answer: "Decline" });
    assert.throws(carried, (fault) => fault.error === "access_denied");
  },

  "a code that comes twice": async () => {
    const once = await asked();
    await exchanged(once);
    await refused("invalid_grant", exchanged(once));
  },

  "a wrong secret": async () => {
    const fault = await exchanged(await asked(), oauth.ClientSecretBasic(PLAIN_SECRET)).catch((fault) => fault);
    assert.ok(fault instanceof oauth.WWWAuthenticateChallengeError, String(fault.stack));
    assert.equal(fault.cause[0].scheme, "basic");
  },

  "the device grant": async () => {
    const device = { client_id: "tv" };
    const begun = await oauth.processDeviceAuthorizationResponse(service, device,
      await oauth.deviceAuthorizationRequest(service, device, oauth.None(), { scope: SCOPE }, plain));
    const poll = async () => oauth.processDeviceCodeResponse(service, device,
      await oauth.deviceCodeGrantRequest(service, device, oauth.None(), begun.device_code, plain));
    await refused("authorization_pending", poll());
    await refused("slow_down", poll());
    await person(begun.verification_uri_complete, "Decline");
    await new Promise((later) => setTimeout(later, 1000 * (begun.interval + 5.2)));
    await refused("access_denied", poll());
  },
});
