// Hybrid Public Key Encryption (RFC 9180) in base mode: P-256, HKDF-SHA256, AES-128-GCM. By Node.js alone.
import { createCipheriv, createECDH, createHmac } from "node:crypto";

const hmac = (key, message) => createHmac("sha256", key).update(message).digest();
const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const KEM = bytes("KEM", [0, 16]);
const SUITE = bytes("HPKE", [0, 16, 0, 1, 0, 1]);
const extract = (suite, salt, label, key) => hmac(salt, bytes("HPKE-v1", suite, label, key));
const expand = (suite, key, label, info, length) =>
  hmac(key, bytes([0, length], "HPKE-v1", suite, label, info, [1])).subarray(0, length);

/** `enc` and the ciphertext of `plaintext`, for the point of `recipient` and `info`. */
export function seal(recipient, info, plaintext) {
  const ephemeral = createECDH("prime256v1");
  const enc = ephemeral.generateKeys();
  const agreed = extract(KEM, "", "eae_prk", ephemeral.computeSecret(recipient));
  const shared = expand(KEM, agreed, "shared_secret", bytes(enc, recipient), 32);
  const context = bytes([0], extract(SUITE, "", "psk_id_hash", ""), extract(SUITE, "", "info_hash", info));
  const secret = extract(SUITE, shared, "secret", "");
  const cipher = createCipheriv("aes-128-gcm", expand(SUITE, secret, "key", context, 16), expand(SUITE, secret, "base_nonce", context, 12));
  const ciphertext = bytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
  return { enc, ciphertext };
}
