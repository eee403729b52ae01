// What both stories need: the address, the clients of the service, and the person.
import assert from "node:assert/strict";

export const address = process.argv[2]!;
export const SCOPE = "urn:proof:params:scope:verifiable-credentials:basic";
export const HOME = "http://127.0.0.1:9999/return";
export const PAYMENT = "urn:proof:params:vc:transaction-data:payment-itemized:v1" as const;
export const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
export const [shop, secret] = ["store", "plain-secret"];
export const basic = `Basic ${Buffer.from(`${shop}:${secret}`).toString("base64")}`;

/** Shares at the wallet; where the browser is then. */
export async function shared(start: string): Promise<URL> {
  const errand = new URLSearchParams({ address: start, answer: "Share" });
  const done = await fetch(new URL("/person", address), { method: "POST", body: errand });
  assert.equal(done.status, 200, await done.text());
  return new URL(done.headers.get("location")!);
}

export const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

export function there<T>(value: T | null | undefined, why: unknown): T {
  assert.ok(value, JSON.stringify(why));
  return value;
}
