// openid-client 5, which next-auth 4 stands on, as it comes: RS256 for ID tokens, HTTP Basic, the scope `openid`.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Issuer, generators } from "openid-client-5";
import { HOME, SECRET, cameHome, patient, tell, visited } from "./shared.mjs";

const RETURN = `${HOME}/return`;
const BYE = `${HOME}/bye`;
const service = await Issuer.discover(patient);
const confidential = { client_id: "web:openid-client-5", client_secret: SECRET, redirect_uris: [RETURN], response_types: ["code"] };

async function asked(registered = confidential, parameters = {}, answer, more = {}) {
  const client = new service.Client(registered);
  const [state, nonce, code_verifier] = [generators.state(), generators.nonce(), generators.codeVerifier()];
  const link = client.authorizationUrl({
    state, nonce, code_challenge: generators.codeChallenge(code_verifier), code_challenge_method: "S256", ...parameters });
  const carried = client.callbackParams((await cameHome(link, answer, more)).href);
  return { client, exchange: (checks = {}) => client.callback(RETURN, carried, { state, nonce, code_verifier, ...checks }) };
}

const refused = (error, going) => assert.rejects(going, (fault) => {
  assert.equal(fault.error, error, fault.stack);
  return true;
});

await tell("openid-client 5", {
  "signs in, reads the ID token and userinfo, refreshes, and revokes": async () => {
    const { client, exchange } = await asked();
    const first = await exchange();
    const { sub } = first.claims();
    assert.equal((await client.userinfo(first)).sub, sub);
    const second = await client.refresh(first);
    assert.equal(second.claims()?.sub ?? sub, sub);
    await client.revoke(second.refresh_token);
    await refused("invalid_grant", client.refresh(second.refresh_token));
    await assert.rejects(client.userinfo(second.access_token));
  },

  "the session of a browser, and its end": async () => {
    const more = { browser: randomUUID() };
    const { client, exchange } = await asked(confidential, {}, "Share", more);
    const first = await exchange();
    const { exchange: silently } = await asked(confidential, { prompt: "none", id_token_hint: first.id_token }, null, more);
    assert.equal((await silently()).claims().sid, first.claims().sid);
    const away = client.endSessionUrl({ id_token_hint: first, post_logout_redirect_uri: BYE, state: "x" });
    assert.equal((await visited(away, more)).url.href, `${BYE}?state=x`);
    const { exchange: again } = await asked(confidential, { prompt: "none" }, null, more);
    await refused("login_required", again());
  },

  "a public client": async () => {
    const { exchange } = await asked({ client_id: "page", redirect_uris: [RETURN], token_endpoint_auth_method: "none" });
    assert.ok((await exchange()).claims().sub);
  },

  "a code that comes twice, a wrong verifier, a wrong secret": async () => {
    const { exchange } = await asked();
    await refused("invalid_grant", exchange({ code_verifier: generators.codeVerifier() }));
    await exchange();
    await refused("invalid_grant", exchange());
    const { exchange: another } = await asked({ ...confidential, client_secret: "wrong" });
    await refused("invalid_client", another());
  },

  "a person who declines": async () => {
    const { exchange } = await asked(confidential, {}, "Decline");
    await refused("access_denied", exchange());
  },

  "a scope that nobody knows, beside one that is known": async () => {
    const { exchange } = await asked(confidential, { scope: "openid unheard-of offline_access" });
    const token = await exchange();
    assert.ok(!(token.scope ?? "").includes("unheard-of"), token.scope);
    assert.ok(token.claims().sub);
  },
});
