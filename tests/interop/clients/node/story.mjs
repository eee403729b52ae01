// What every flow's script shares: the addresses, the person, and how a story ends.
import assert from "node:assert/strict";
import * as oauth from "openid-client";

/** A service whose device codes live long, and one whose codes do not. */
export const [patient, brief] = process.argv.slice(2);
export const SECRET = "s3cret:/+ %&=";
export const SCOPE = "urn:proof:params:scope:verifiable-credentials:basic";
/** Client identifier and how it authenticates. */
export const CLIENTS = [
  ["tv", oauth.None()],
  ["box:basic", oauth.ClientSecretBasic(SECRET)],
  ["box-post", oauth.ClientSecretPost(SECRET)],
];

/** A configured client, from the service's metadata. */
export const discovered = (address, id, authentication, algorithm = "oauth2") =>
  oauth.discovery(new URL(address), id, undefined, authentication, { algorithm, execute: [oauth.allowInsecureRequests] });

/** What a JWT says. */
export const decoded = (jwt) => JSON.parse(Buffer.from(jwt.split(".")[1], "base64url"));

/** Opens the address and answers in the wallet; where the browser is then. */
export async function person(address, answer, fault) {
  const errand = new URLSearchParams({ address, answer, ...(fault && { fault }) });
  const done = await fetch(new URL("/person", address), { method: "POST", body: errand });
  assert.equal(done.status, 200, await done.text());
  return done.headers.get("location");
}

/** The OAuth error that something ends with; in the answer itself where the client kept to its challenge. */
export async function refused(code, going) {
  const fault = await going.then(() => assert.fail(`was not refused with ${code}`), (fault) => fault);
  const error = fault.error ?? (fault.response && (await fault.response.json()).error);
  assert.equal(error, code, fault.stack);
}

export async function tell(stories) {
  let failed = 0;
  await Promise.all(Object.entries(stories).map(async ([name, story]) => {
    try {
      await story();
      console.log(`ok      openid-client: ${name}`);
    } catch (fault) {
      failed += 1;
      console.log(`FAILED  openid-client: ${name}\n${fault.stack}\n${JSON.stringify(fault.cause ?? null)}`);
    }
  }));
  process.exit(failed === 0 ? 0 : 1);
}
