// Webhooks (Standard Webhooks 1.0.0): who sent this, and when?
import { createPublicKey, verify } from "node:crypto";
import { Webhook } from "standardwebhooks";

/** What happened: names and times, and nothing that was proven. Fetch the result with your own right to it. */
export interface VpgateEvent {
  /** Such as `presentation.verified`. */
  type: string;
  /** When it happened (RFC 3339). */
  timestamp: string;
  data: { client_id: string; state: string; presentation?: string; grant?: string; reason?: string; [name: string]: unknown };
}

/** It is not from whom it should be, or too old. */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
}

type Headers = Record<string, string | string[] | undefined>;

/** How old, or how far ahead, a delivery may be, in seconds. */
const TOLERANCE = 300;
/** What stands before an Ed25519 key in SubjectPublicKeyInfo. */
const ED25519 = Buffer.from("302a300506032b6570032100", "hex");

/**
 * The event of a delivery, when it is genuine. `body` is the very text that came, before anything parses it. `secrets`
 * are shared ones (`whsec_...`) or public keys (`whpk_...`): any of them may have signed, so that they can be changed.
 * The same event may come more than once: `webhook-id` tells.
 */
export function verifyWebhook(body: string | Buffer, headers: Headers, secrets: string[]): VpgateEvent {
  const text = body.toString();
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;
  const sent = Object.fromEntries(names.map((name) => [name, one(headers, name)])) as Sent;
  if (!secrets.some((secret) => (secret.startsWith("whpk_") ? isByKey : isShared)(text, sent, secret))) {
    throw new WebhookError("no secret of ours has signed this, or it is too old");
  }
  return JSON.parse(text) as VpgateEvent;
}

type Sent = Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>;

function isShared(body: string, sent: Sent, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, sent);
    return true;
  } catch {
    return false;
  }
}

/** The asymmetric scheme (`v1a`), which the library does not know. */
function isByKey(body: string, sent: Sent, publicKey: string): boolean {
  const at = sent["webhook-timestamp"];
  if (!/^\d{1,12}$/.test(at) || Math.abs(Date.now() / 1000 - Number(at)) > TOLERANCE) return false;
  const raw = Buffer.from(publicKey.slice("whpk_".length), "base64");
  const key = createPublicKey({ key: Buffer.concat([ED25519, raw]), format: "der", type: "spki" });
  const signed = Buffer.from(`${sent["webhook-id"]}.${at}.${body}`);
  const made = sent["webhook-signature"].split(" ").filter((signature) => signature.startsWith("v1a,"));
  return made.some((signature) => verify(null, signed, key, Buffer.from(signature.slice("v1a,".length), "base64")));
}

function one(headers: Headers, name: string): string {
  const value = headers[name];
  if (typeof value !== "string") throw new WebhookError(`there is no header ${name}`);
  return value;
}
