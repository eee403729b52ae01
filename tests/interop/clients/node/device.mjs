// The device grant (RFC 8628) by openid-client.
import assert from "node:assert/strict";
import * as oauth from "openid-client";
import { CLIENTS, SCOPE, SECRET, brief, discovered, patient, person, refused, tell } from "./story.mjs";

const begin = async (address, [id, authentication] = CLIENTS[0]) => {
  const config = await discovered(address, id, authentication);
  const device = await oauth.initiateDeviceAuthorization(config, { scope: SCOPE });
  return { config, device, token: (given = device) => oauth.pollDeviceAuthorizationGrant(config, given) };
};

const signedIn = (token) => {
  assert.equal(token.token_type, "bearer");
  assert.equal(token.scope, SCOPE);
  assert.ok(token.expires_in > 0 && token.access_token);
};

/** Time enough for a few pending answers. */
const later = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

await tell({
  ...Object.fromEntries(CLIENTS.map((client) => [`a token for ${client[0]}`, async () => {
    const { device, token } = await begin(patient, client);
    assert.equal(device.verification_uri, `${patient}/device`);
    assert.equal(device.expires_in, 600);
    assert.equal(device.interval, 2);
    const waiting = token();
    await later(5);
    await person(device.verification_uri_complete, "Share");
    signedIn(await waiting);
    await refused("invalid_grant", token());
  }])),

  "a client that is too fast is slowed down, and gets its token": async () => {
    const { config, device, token } = await begin(patient);
    let slowed = 0;
    config[oauth.customFetch] = async (address, options) => {
      const answer = await fetch(address, options);
      if ((await answer.clone().text()).includes('"slow_down"')) slowed += 1;
      return answer;
    };
    const began = Date.now();
    const waiting = token({ ...device, interval: 0.5 });
    await later(1.2);
    await person(device.verification_uri_complete, "Share");
    signedIn(await waiting);
    assert.ok(slowed > 0, "it was never told slow_down");
    assert.ok(Date.now() - began > 5000, "it took no notice");
  },

  "a person who declines": async () => {
    const { device, token } = await begin(patient);
    await person(device.verification_uri_complete, "Decline");
    await refused("access_denied", token());
  },

  "a person who did not start it": async () => {
    const { device, token } = await begin(patient);
    await person(device.verification_uri_complete, "I did not start this");
    await refused("access_denied", token());
  },

  "a code that expires": async () => {
    const { device, token } = await begin(brief);
    assert.equal(device.expires_in, 4);
    // Otherwise it would give up by itself before it has heard of it.
    await refused("expired_token", token({ ...device, expires_in: 60 }));
  },

  "a wrong secret, an unknown scope": async () => {
    await refused("invalid_client", begin(patient, ["box:basic", oauth.ClientSecretBasic("wrong")]));
    await refused("invalid_client", begin(patient, ["box-post", oauth.ClientSecretBasic(SECRET)]));
    const config = await discovered(patient, ...CLIENTS[0]);
    await refused("invalid_scope", oauth.initiateDeviceAuthorization(config, { scope: "unknown" }));
  },
});
