// How many of our benchmark's presentations @sd-jwt/sd-jwt-vc verifies per second, on one core.
// usage: node verify.mjs PRESENTATIONS.json [SECONDS]
import { readFileSync } from "node:fs";
import { digest, ES256 } from "@sd-jwt/crypto-nodejs";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";

const [file, seconds = "5"] = process.argv.slice(2);
const { issuer_jwk, nonce, now, presentations } = JSON.parse(readFileSync(file, "utf8"));

const issuerVerifier = await ES256.getVerifier(issuer_jwk);
const verifier = new SDJwtVcInstance({
  verifier: issuerVerifier,
  kbVerifier: async (data, signature, payload) => (await ES256.getVerifier(payload.cnf.jwk))(data, signature),
  hasher: digest,
  hashAlg: "sha-256",
});
const options = { keyBindingNonce: nonce, currentDate: now, requiredClaimKeys: ["given_name"] };

// Wrong once, so that a verifier that checks nothing is noticed.
const refused = await verifier.verify(presentations[0], { ...options, keyBindingNonce: "another" }).then(() => false, () => true);
if (!refused) throw new Error("another nonce was accepted");

const run = async (milliseconds) => {
  const begin = performance.now();
  let count = 0;
  while (performance.now() - begin < milliseconds) {
    await verifier.verify(presentations[count % presentations.length], options);
    count += 1;
  }
  return (count * 1000) / (performance.now() - begin);
};
await run(1000);
console.log(`@sd-jwt/sd-jwt-vc ${(await run(Number(seconds) * 1000)).toFixed(0)} presentations/s`);
