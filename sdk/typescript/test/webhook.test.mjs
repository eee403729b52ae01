import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { WebhookError, verifyWebhook } from "../dist/index.js";

const OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const BODY = '{"type":"presentation.verified","timestamp":"2026-11-28T10:00:00Z","data":{"presentation":"a","state":"verified"}}';

function delivery(secret, at = new Date(), body = BODY) {
  const signature = new Webhook(secret).sign("evt_1", at, body);
  return { "webhook-id": "evt_1", "webhook-timestamp": String(Math.floor(at / 1000)), "webhook-signature": signature };
}

function byKey({ privateKey, publicKey }, at = new Date()) {
  const seconds = String(Math.floor(at / 1000));
  const signature = sign(null, Buffer.from(`evt_1.${seconds}.${BODY}`), privateKey).toString("base64");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("base64");
  const headers = { "webhook-id": "evt_1", "webhook-timestamp": seconds, "webhook-signature": `v1,AAAA v1a,${signature}` };
  return [headers, `whpk_${raw}`];
}

test("a delivery counts when one of the secrets has signed it", () => {
  for (const secrets of [[OLD], [NEW, OLD]]) {
    assert.equal(verifyWebhook(Buffer.from(BODY), delivery(OLD), secrets).data.presentation, "a");
  }
  const both = delivery(OLD);
  both["webhook-signature"] += ` ${delivery(NEW)["webhook-signature"]}`;
  assert.equal(verifyWebhook(BODY, both, [NEW]).type, "presentation.verified");
});

test("another secret, text, id or time, or a missing header, is refused", () => {
  const refused = (headers, body = BODY, secrets = [OLD]) => assert.throws(() => verifyWebhook(body, headers, secrets), WebhookError);
  refused(delivery(NEW));
  refused(delivery(OLD), BODY.replace("verified", "rejected"));
  refused({ ...delivery(OLD), "webhook-id": "evt_2" });
  refused(delivery(OLD, new Date(Date.now() - 600_000)));
  refused(delivery(OLD, new Date(Date.now() + 600_000)));
  refused({ ...delivery(OLD), "webhook-timestamp": "soon" });
  refused(delivery(OLD), BODY, []);
  for (const name of Object.keys(delivery(OLD))) refused({ ...delivery(OLD), [name]: undefined });
});

test("Ed25519 keys are asked too", () => {
  const [headers, publicKey] = byKey(generateKeyPairSync("ed25519"));
  assert.equal(verifyWebhook(BODY, headers, [OLD, publicKey]).data.state, "verified");
  const [, other] = byKey(generateKeyPairSync("ed25519"));
  const [late, itsKey] = byKey(generateKeyPairSync("ed25519"), new Date(Date.now() - 600_000));
  for (const [sent, key] of [[headers, other], [late, itsKey], [{ ...headers, "webhook-id": "evt_2" }, publicKey]]) {
    assert.throws(() => verifyWebhook(BODY, sent, [key]), WebhookError);
  }
});
