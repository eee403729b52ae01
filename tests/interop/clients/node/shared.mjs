// What every client's script shares: the addresses, the person, and how a story ends.
import assert from "node:assert/strict";

/** A service whose device codes live long, and one whose codes do not. */
export const [patient, brief] = process.argv.slice(2);
/** Elsewhere, for the service: where each application says that it is. */
export const HOME = "http://127.0.0.1:9999";
/** A secret that must be encoded on the way, and one that need not. */
export const SECRET = "s3cret:/+ %&=";
export const PLAIN_SECRET = "plain-secret";
export const SCOPE = "urn:proof:params:scope:verifiable-credentials:basic";

/** What a JWT says. */
export const decoded = (jwt) => JSON.parse(Buffer.from(jwt.split(".")[1], "base64url"));

/** Opens the address and answers in the wallet; the page where the browser is then. */
export async function visited(address, { answer, fault, browser } = {}) {
  const errand = new URLSearchParams({ address, ...(answer && { answer }), ...(fault && { fault }), ...(browser && { browser }) });
  const done = await fetch(new URL("/person", patient), { method: "POST", body: errand });
  const text = await done.text();
  assert.equal(done.status, 200, text);
  return { url: new URL(done.headers.get("location")), status: Number(done.headers.get("page-status")), text };
}

/** Opens the address and answers in the wallet; where the browser is then. */
export async function person(address, answer, fault) {
  return (await visited(address, { answer, fault })).url.href;
}

/** The address on the way home, where the browser must be. */
export async function cameHome(address, answer = "Share", more = {}) {
  const { url, status, text } = await visited(address, { answer, ...more });
  assert.equal(url.origin, HOME, `${status} at ${url}\n${text}`);
  return url;
}

/** What a client is told about the end of this session: clients are told where `receiver.rs` keeps it. */
export async function logoutToken(sid) {
  for (let tries = 0; tries < 50; tries += 1) {
    const forms = await (await fetch(`${patient}/told`)).json();
    const told = forms.map((form) => new URLSearchParams(form).get("logout_token"));
    const meant = told.find((token) => decoded(token).sid === sid);
    if (meant) return meant;
    await new Promise((done) => setTimeout(done, 200));
  }
  return assert.fail("the client was never told");
}

/** Tells all stories at once, and ends the process: well when all were true. */
export async function tell(client, stories) {
  let failed = 0;
  await Promise.all(Object.entries(stories).map(async ([name, story]) => {
    try {
      await story();
      console.log(`ok      ${client}: ${name}`);
    } catch (fault) {
      failed += 1;
      console.log(`FAILED  ${client}: ${name}\n${fault.stack}\n${JSON.stringify(fault.cause ?? null)}`);
    }
  }));
  process.exit(failed === 0 ? 0 : 1);
}
