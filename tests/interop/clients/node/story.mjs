// What the scripts with openid-client share.
import assert from "node:assert/strict";
import * as oauth from "openid-client";
import { SECRET, tell as toldBy } from "./shared.mjs";

export { HOME, SCOPE, SECRET, brief, cameHome, decoded, patient, person, visited } from "./shared.mjs";

/** Client identifier and how it authenticates. */
export const CLIENTS = [
  ["tv", oauth.None()],
  ["box:basic", oauth.ClientSecretBasic(SECRET)],
  ["box-post", oauth.ClientSecretPost(SECRET)],
];

/** A configured client, from the service's metadata. */
export const discovered = (address, id, authentication, algorithm = "oauth2") =>
  oauth.discovery(new URL(address), id, undefined, authentication, { algorithm, execute: [oauth.allowInsecureRequests] });

/** The OAuth error that something ends with; in the answer itself where the client kept to its challenge. */
export async function refused(code, going) {
  const fault = await going.then(() => assert.fail(`was not refused with ${code}`), (fault) => fault);
  const error = fault.error ?? (fault.response && (await fault.response.json()).error);
  assert.equal(error, code, fault.stack);
}

export const tell = (stories) => toldBy("openid-client", stories);
