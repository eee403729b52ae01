import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as jose from "jose";
import { verifyReceipt } from "../dist/index.js";

const hash = (text) => createHash("sha256").update(text).digest("base64url");
const SIGNED = "eyJh.eyJi.c2ln~ZGlzY2xvc3VyZQ~";
const PARTS = { issuer: "https://verify.example.com", nonce: "n-1", transactionData: ["eyJ0eXBlIjoiYSJ9"], vpToken: JSON.stringify({ id: [`${SIGNED}eyJr.eyJi.c2ln`] }) };

const { privateKey, publicKey } = await jose.generateKeyPair("ES256", { extractable: true });
const keys = { keys: [{ ...(await jose.exportJWK(publicKey)), kid: "r-1", alg: "ES256", use: "sig" }] };

async function receipt(change = {}, header = {}) {
  const told = {
    iss: PARTS.issuer, jti: "p", iat: 1, client: "shop", verdict: "verified", nonce_hash: hash("n-1"),
    transaction_data: [{ type: "a", hash: hash(PARTS.transactionData[0]), hash_alg: "sha-256" }],
    credentials: [{ id: "id", sd_hash: hash(SIGNED), sd_hash_alg: "sha-256" }], ...change,
  };
  const signing = new jose.CompactSign(new TextEncoder().encode(JSON.stringify(told)));
  return signing.setProtectedHeader({ alg: "ES256", typ: "vpgate-receipt+jwt", kid: "r-1", ...header }).sign(privateKey);
}

test("a receipt is checked with and without what it is about", async () => {
  assert.equal((await verifyReceipt(await receipt(), keys)).client, "shop");
  assert.equal((await verifyReceipt(await receipt(), keys, PARTS)).verdict, "verified");
});

test("what differs is named", async () => {
  const differs = async (text, parts, named) => assert.rejects(verifyReceipt(await text, keys, parts), { differs: named });
  await differs(receipt({}, { typ: "at+jwt" }), {}, "type");
  await differs(receipt({}, { kid: "r-2" }), {}, "signature");
  await differs(receipt().then((text) => text.slice(0, -6)), {}, "signature");
  await differs(receipt().then((text) => text.replace(/\.[^.]+\./, `.${Buffer.from("{}").toString("base64url")}.`)), {}, "signature");
  await differs(receipt(), { ...PARTS, issuer: "https://other.example.com" }, "issuer");
  await differs(receipt(), { ...PARTS, nonce: "n-2" }, "nonce");
  for (const transactionData of [[], ["eyJ0eXBlIjoiYiJ9"], [PARTS.transactionData[0], PARTS.transactionData[0]]]) {
    await differs(receipt(), { ...PARTS, transactionData }, "transactionData");
  }
  await differs(receipt(), { ...PARTS, vpToken: JSON.stringify({ id: ["eyJh.eyJi.c2ln~b3RoZXI~eyJr.eyJi.c2ln"] }) }, "vpToken");
  await differs(receipt({ credentials: [] }), PARTS, "vpToken");
});
