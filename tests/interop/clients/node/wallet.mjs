// A wallet made of @openid4vc/openid4vp and @sd-jwt/sd-jwt-vc. It gets the request as every wallet does (a browser's
// Digital Credentials API is played here: what the page gives it, and what it gives the page),
// verifies and reads it with the library, and the library answers. What the shop then collects must be verified.
import assert from "node:assert/strict";
import { X509Certificate, createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { setGlobalConfig } from "@openid4vc/oauth2";
import { Openid4vpClient } from "@openid4vc/openid4vp";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import * as jose from "jose";

const [address, issuerKeyFile] = process.argv.slice(2);
const VCT = "https://credentials.notarize.com/ProofCredentialV1";
const SHOP = `Basic ${Buffer.from("shop:shop-secret").toString("base64")}`;
const RETURN_TO = "http://127.0.0.1:9999/return";
const SESSION = {
  type: "urn:proof:params:vc:transaction-data:session-data",
  credential_ids: ["proof_id_default"],
  payload: { ip_address: "192.0.2.7" },
};
/** Configured name of the wallet; whether the library must have verified a signature; the response mode. */
const WALLETS = [
  ["unsigned", false, "direct_post"],
  ["unsigned-encrypted", false, "direct_post.jwt"],
  ["by-value", true, "direct_post"],
  ["by-reference", true, "direct_post"],
  ["by-reference-encrypted", true, "direct_post.jwt"],
  ["by-reference-post", true, "direct_post"],
  ["by-reference-post-encrypted", true, "direct_post.jwt"],
  ["haip", true, "direct_post.jwt"],
  ["api-unsigned", false, "dc_api"],
  ["api-unsigned-encrypted", false, "dc_api.jwt"],
  ["api-signed", true, "dc_api"],
  ["api-signed-encrypted", true, "dc_api.jwt"],
];
const isByApi = (mode) => mode.startsWith("dc_api");
/** How a refusal is provoked: changes to what the holder's key signs. */
const WRONG = { nonce: "n-0S6_WzA2MjqKkrQ1QfZw", aud: "x509_san_dns:other.example", transaction_data_hashes: ["AAAA"] };

// The service is on loopback, without TLS.
setGlobalConfig({ allowInsecureUrls: true });

const digest = (data, algorithm) => createHash(algorithm.replace("-", "")).update(data).digest();
const signer = (key) => async (data) => {
  const [header, payload] = data.split(".");
  const signing = new jose.CompactSign(Buffer.from(payload, "base64url"));
  const jws = await signing.setProtectedHeader(JSON.parse(Buffer.from(header, "base64url"))).sign(key);
  return jws.split(".")[2];
};

const client = new Openid4vpClient({
  callbacks: {
    fetch,
    hash: digest,
    verifyJwt: async (by, { compact }) => {
      assert.equal(by.method, "x5c");
      const certificate = await jose.importX509(new X509Certificate(Buffer.from(by.x5c[0], "base64")).toString(), by.alg);
      await jose.compactVerify(compact, certificate, { algorithms: [by.alg] });
      return { verified: true, signerJwk: await jose.exportJWK(certificate) };
    },
    getX509CertificateMetadata: (certificate) => {
      const names = new X509Certificate(Buffer.from(certificate, "base64")).subjectAltName.split(", ");
      const of = (kind) => names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
      return { sanDnsNames: of("DNS:"), sanUriNames: of("URI:") };
    },
    encryptJwe: async ({ publicJwk, alg, enc, apu, apv }, data) => {
      const header = { alg, enc, kid: publicJwk.kid, ...(apu && { apu }), ...(apv && { apv }) };
      const jwe = await new jose.CompactEncrypt(Buffer.from(data)).setProtectedHeader(header)
        .encrypt(await jose.importJWK(publicJwk, alg));
      return { jwe, encryptionJwk: publicJwk };
    },
    decryptJwe: () => assert.fail("no request is encrypted to this wallet"),
    signJwt: () => assert.fail("answers are not signed"),
    generateRandom: randomBytes,
  },
});

/** The holder's key and a credential for it. */
async function holder() {
  const { x5c, ...issuerJwk } = JSON.parse(readFileSync(issuerKeyFile));
  const key = await jose.generateKeyPair("ES256", { extractable: true });
  const sdJwtVc = new SDJwtVcInstance({
    signer: signer(await jose.importJWK(issuerJwk, "ES256")),
    signAlg: "ES256",
    kbSigner: signer(key.privateKey),
    kbSignAlg: "ES256",
    hasher: digest,
    hashAlg: "sha-256",
    saltGenerator: () => randomBytes(16).toString("base64url"),
  });
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "https://issuer.example.com", vct: VCT, iat: now - 60, exp: now + 3600,
    cnf: { jwk: await jose.exportJWK(key.publicKey) },
    given_name: "Erika", family_name: "Mustermann", birth_date: "1963-08-12", age_equal_or_over: { 18: true, 65: false },
  };
  const hidden = { _sd: ["given_name", "family_name", "birth_date"], age_equal_or_over: { _sd: ["18", "65"] } };
  return { sdJwtVc, credential: await sdJwtVc.issue(claims, hidden, { header: { x5c } }) };
}

/** The shop begins, and a browser follows to the wallet, or asks it itself: what the wallet is opened with. */
async function begin([wallet, , mode], transactionData) {
  const question = {
    wallet, ...(isByApi(mode) && { flow: "dc_api" }), scope: "urn:proof:params:scope:verifiable-credentials:basic", redirect_uri: RETURN_TO,
    ...(transactionData && { transaction_data: [SESSION] }),
  };
  const begun = await fetch(`${address}/v1/presentations`, {
    method: "POST", headers: { authorization: SHOP, "content-type": "application/json" }, body: JSON.stringify(question),
  });
  assert.equal(begun.status, 201, await begun.clone().text());
  const { id, start_url } = await begun.json();
  const sent = await fetch(start_url, { redirect: "manual" });
  const cookie = sent.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  const page = await sent.text();
  assert.equal(sent.status, isByApi(mode) ? 200 : 303, page);
  if (!isByApi(mode)) return { id, cookie, request: sent.headers.get("location") };
  // What the script of the page passes to the browser's API.
  const [, asked] = page.match(/data-requests="([^"]*)"/);
  const [{ protocol, data }] = JSON.parse(asked.replaceAll("&#34;", '"').replaceAll("&#38;", "&"));
  const [, csrf] = page.match(/name="csrf" value="([^"]*)"/);
  return { id, cookie, request: data, protocol, hand: { to: `${start_url}/answer`, csrf } };
}

/** The wallet reads, the person agrees, and the wallet answers; with these changes to its key binding. */
async function answer(begun, [, signed, mode], wrong) {
  const origin = isByApi(mode) ? address : undefined;
  const parsed = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: begun.request });
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload: parsed.params, origin });
  const asked = resolved.authorizationRequestPayload;
  assert.equal(Boolean(resolved.jar), signed, "whether the library verified a signature");
  assert.equal(asked.response_mode, mode);
  assert.equal(resolved.version, 100, "the library takes it for version 1.0, not for a draft");
  const [wanted] = resolved.dcql.query.credentials;
  const { sdJwtVc, credential } = await holder();
  const frame = {};
  for (const { path } of wanted.claims) {
    path.reduce((at, name, place) => (at[name] = place === path.length - 1 ? true : at[name] ?? {}), frame);
  }
  const hashes = resolved.transactionData?.map(({ encoded }) => digest(encoded, "sha-256").toString("base64url"));
  const payload = {
    iat: Math.floor(Date.now() / 1000), aud: origin ? `origin:${origin}` : asked.client_id, nonce: asked.nonce,
    ...(hashes && { transaction_data_hashes: hashes }), ...wrong,
  };
  const presentation = await sdJwtVc.present(credential, frame, { kb: { payload } });
  const made = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: asked,
    origin,
    authorizationResponsePayload: { vp_token: { [wanted.id]: [presentation] } },
    ...(mode.endsWith(".jwt") && {
      jarm: {
        encryption: { nonce: randomBytes(16).toString("base64url") },
        serverMetadata: {
          authorization_signing_alg_values_supported: [],
          authorization_encryption_alg_values_supported: ["ECDH-ES"],
          authorization_encryption_enc_values_supported: ["A256GCM", "A128GCM"],
        },
      },
    }),
  });
  if (origin) return hand(begun, made.jarm ? { response: made.jarm.responseJwt } : made.authorizationResponsePayload);
  const { response } = await client.submitOpenid4vpAuthorizationResponse({ authorizationRequestPayload: asked, ...made });
  return response;
}

/** The page has the answer, and passes it on. */
function hand({ cookie, protocol, hand: { to, csrf } }, data) {
  const body = new URLSearchParams({ csrf, protocol, data: JSON.stringify(data) });
  return fetch(to, { method: "POST", headers: { cookie }, body, redirect: "manual" });
}

/** The browser goes where the wallet was told, back to the shop, which collects. */
async function collect({ id, cookie }, response) {
  let next = response.headers.get("location") ?? (await response.json()).redirect_uri;
  while (!next.startsWith(RETURN_TO)) {
    const page = await fetch(next, { headers: { cookie }, redirect: "manual" });
    assert.equal(page.status, 303, await page.clone().text());
    next = new URL(page.headers.get("location"), next).href;
  }
  const code = new URL(next).searchParams.get("response_code");
  const collected = await fetch(`${address}/v1/presentations/${id}?response_code=${code}`, { headers: { authorization: SHOP } });
  return collected.json();
}

async function presents(wallet, transactionData) {
  const begun = await begin(wallet, transactionData);
  const response = await answer(begun, wallet);
  assert.equal(response.status, isByApi(wallet[2]) ? 303 : 200, await response.clone().text());
  const result = await collect(begun, response);
  assert.equal(result.status, "verified", JSON.stringify(result));
  const { claims } = result.credentials.proof_id_default;
  assert.deepEqual([claims.given_name, claims.age_equal_or_over["18"]], ["Erika", true]);
  assert.equal(claims.birth_date, undefined, "it was not asked for");
}

async function isRefused(wallet, name) {
  const begun = await begin(wallet, true);
  const response = await answer(begun, wallet, { [name]: WRONG[name] });
  if (isByApi(wallet[2])) {
    // The person is told, and may try again.
    const told = await fetch(new URL(response.headers.get("location"), address), { headers: { cookie: begun.cookie } });
    assert.match(await told.text(), /This did not work yet/);
    return;
  }
  assert.equal(response.status, 400, await response.clone().text());
  assert.deepEqual(await response.json(), { error: "invalid_request" });
}

const stories = WALLETS.flatMap((wallet) => [
  [`${wallet[0]}, ${wallet[2]}`, () => presents(wallet, false)],
  [`${wallet[0]}, ${wallet[2]}, with transaction data`, () => presents(wallet, true)],
  ...Object.keys(WRONG).map((name) => [`${wallet[0]}, ${wallet[2]}: another ${name} is refused`, () => isRefused(wallet, name)]),
]);
let failed = 0;
for (const [name, story] of stories) {
  try {
    await story();
    console.log(`ok      @openid4vc/openid4vp: ${name}`);
  } catch (fault) {
    failed += 1;
    console.log(`FAILED  @openid4vc/openid4vp: ${name}\n${fault.stack}\n${JSON.stringify(fault.cause ?? null)}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
