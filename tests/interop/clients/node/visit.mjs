// A browser at an application that keeps a session of its own: the application listens somewhere, and is asked as the
// one at HOME. Where it sends the browser to the service, the person answers there and comes back.
import assert from "node:assert/strict";
import http from "node:http";
import { HOME, patient, visited } from "./shared.mjs";

/** The port of an application, for as long as this process lives. */
export async function served(application) {
  const server = http.createServer(application);
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server.address().port;
}

let browsers = 0;

export class Visit {
  /** At the application on this port; its cookies at the service are kept too. */
  constructor(port) {
    browsers += 1;
    Object.assign(this, { port, cookies: new Map(), browser: `visit-${process.pid}-${browsers}` });
  }

  /** One request to the application. */
  send(address, form) {
    const url = new URL(address, HOME);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = form && new URLSearchParams(form).toString();
    const headers = { host: url.host, ...(cookie && { cookie }), ...(body !== undefined && {
      "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body), origin: HOME }) };
    return new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: this.port, path: url.pathname + url.search, method: form ? "POST" : "GET", headers };
      const sent = http.request(options, (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("end", () => {
          for (const cookie of answer.headers["set-cookie"] ?? []) {
            const [name, value] = cookie.split(";")[0].split(/=(.*)/s);
            if (value === "") this.cookies.delete(name); else this.cookies.set(name, value);
          }
          resolve({ url, status: answer.statusCode, location: answer.headers.location, text: Buffer.concat(chunks).toString() });
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** Follows where an address of the application leads, and stops where there is nothing to follow. */
  async open(address, { form, ...how } = {}) {
    const { answer } = { answer: "Share", ...how };
    let page = await this.send(address, form);
    for (let hops = 0; hops < 12; hops += 1) {
      if (!page.location) return page;
      const next = new URL(page.location, page.url);
      if (next.origin === HOME) {
        page = await this.send(next);
        continue;
      }
      assert.equal(next.origin, patient, `sent to ${next}`);
      this.asked = next;
      const there = await visited(next.href, { answer, browser: this.browser });
      if (there.url.origin !== HOME) return there;
      page = await this.send(there.url);
    }
    return assert.fail(`goes round and round, now at ${page.location}`);
  }
}
