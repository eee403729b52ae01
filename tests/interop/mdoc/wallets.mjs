// Wallets made of @owf/mdoc and of @auth0/mdl: each issues itself a mobile driving licence under the authority that the
// service believes, and shows it in every way in which the service asks. What the shop then collects must be verified.
// Usage: wallets.mjs <address of the service> <file with the key and the certificate of the document signer>
import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import auth0 from "@auth0/mdl";
import * as owf from "@owf/mdoc";
import * as jose from "jose";
import { seal } from "./hpke.mjs";

const [address, signerFile] = process.argv.slice(2);
const signer = JSON.parse(readFileSync(signerFile));
const certificate = Buffer.from(signer.certificate, "base64");
const SHOP = `Basic ${Buffer.from("shop:shop-secret").toString("base64")}`;
const RETURN_TO = "http://127.0.0.1:9999/return";
const DOCTYPE = "org.iso.18013.5.1.mDL";
const NAMESPACE = "org.iso.18013.5.1";
const ASKED = ["family_name", "age_over_18"];
const QUERY = { credentials: [{
  id: "mdl", format: "mso_mdoc", meta: { doctype_value: DOCTYPE },
  claims: ASKED.map((element) => ({ path: [NAMESPACE, element], intent_to_retain: false })),
}] };
const SAYS = { family_name: "Mustermann", given_name: "Erika", age_over_18: true, issuing_country: "UT" };
const day = 86_400_000;
const dates = () => {
  const signed = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000);
  return { signed, validFrom: signed, validUntil: new Date(signed.getTime() + 30 * day) };
};

const sha256 = (data) => createHash("sha256").update(data).digest();
const thumbprint = (jwk) => sha256(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }));
// As little CBOR as a transcript and an envelope need.
const head = (major, count) => Buffer.from(count < 24 ? [major << 5 | count] : count < 256 ? [major << 5 | 24, count] : [major << 5 | 25, count >> 8, count & 255]);
const cbor = (value) => {
  if (value === null) return Buffer.from([0xf6]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (ArrayBuffer.isView(value)) return Buffer.concat([head(2, value.length), value]);
  const pairs = Object.entries(value);
  return Buffer.concat([head(5, pairs.length), ...pairs.flat().map(cbor)]);
};
const transcript = (name, info) => cbor([null, null, [name, sha256(cbor(info))]]);

const device = generateKeyPairSync("ec", { namedCurve: "P-256" });
const deviceKey = { ...device.privateKey.export({ format: "jwk" }), alg: "ES256" };
const publicKey = device.publicKey.export({ format: "jwk" });

const privateKey = ({ kty, crv, x, y, d }) => createPrivateKey({ key: { kty, crv, x, y, d }, format: "jwk" });
const context = {
  crypto: {
    // Four bytes become a digestID, which must be below 2^31 (ISO/IEC 18013-5 section 9.1.2.4).
    random: (length) => new Uint8Array(randomBytes(length)).map((byte, place) => (length === 4 && place === 0 ? byte & 0x7f : byte)),
    digest: ({ digestAlgorithm, bytes }) => new Uint8Array(createHash(digestAlgorithm.replace("-", "").toLowerCase()).update(bytes).digest()),
    calculateEphemeralMacKey: () => assert.fail("answers are signed"),
  },
  cose: {
    sign1: {
      sign: ({ toBeSigned, key }) => new Uint8Array(sign("sha256", toBeSigned, { key: privateKey(key.jwk), dsaEncoding: "ieee-p1363" })),
      verify: () => assert.fail("nothing is verified here"),
    },
  },
};

/** What each library makes: a DeviceResponse for a transcript; `request` is an encoded DeviceRequest, or none. */
const LIBRARIES = {
  async "@owf/mdoc"() {
    const builder = new owf.IssuerSignedBuilder(DOCTYPE, context).addIssuerNamespace(NAMESPACE, SAYS);
    const issuerSigned = await builder.sign({
      signingKey: owf.CoseKey.fromJwk(signer.key), algorithm: owf.SignatureAlgorithm.ES256, digestAlgorithm: "SHA-256",
      validityInfo: dates(), deviceKeyInfo: { deviceKey: owf.DeviceKey.fromJwk(publicKey) }, certificates: [new Uint8Array(certificate)],
    });
    const usual = owf.DeviceRequest.create({ docRequests: [owf.DocRequest.create({ itemsRequest: owf.ItemsRequest.create({
      docType: DOCTYPE, namespaces: { [NAMESPACE]: Object.fromEntries(ASKED.map((element) => [element, false])) },
    }) })] });
    return async (sessionTranscript, request) => {
      const deviceRequest = request ? owf.DeviceRequest.decode(new Uint8Array(request)) : usual;
      const shown = await owf.DeviceResponse.createWithDeviceRequest({
        deviceRequest, sessionTranscript: new Uint8Array(sessionTranscript), issuerSigned: [issuerSigned],
        signature: { signingKey: owf.CoseKey.fromJwk(deviceKey) },
      }, context);
      return Buffer.from(shown.encode());
    };
  },
  async "@auth0/mdl"() {
    const document = await new auth0.Document(DOCTYPE).addIssuerNameSpace(NAMESPACE, SAYS).useDigestAlgorithm("SHA-256")
      .addValidityInfo(dates()).addDeviceKeyInfo({ deviceKey: publicKey })
      .sign({ issuerPrivateKey: signer.key, issuerCertificate: new Uint8Array(certificate), alg: "ES256" });
    const issued = new auth0.MDoc([document]).encode();
    const definition = { id: "shop", input_descriptors: [{
      id: DOCTYPE, format: { mso_mdoc: { alg: ["ES256"] } },
      constraints: { limit_disclosure: "required", fields: ASKED.map((element) => ({ path: [`$['${NAMESPACE}']['${element}']`], intent_to_retain: false })) },
    }] };
    return async (sessionTranscript) => {
      const tagged = Buffer.concat([Buffer.from([0xd8, 24]), head(2, sessionTranscript.length), sessionTranscript]);
      const shown = await auth0.DeviceResponse.from(issued).usingPresentationDefinition(definition)
        .usingSessionTranscriptBytes(tagged).authenticateWithSignature(deviceKey, "ES256").sign();
      return Buffer.from(shown.encode());
    };
  },
};

async function begin(wallet, flow) {
  const begun = await fetch(`${address}/v1/presentations`, {
    method: "POST", headers: { authorization: SHOP, "content-type": "application/json" },
    body: JSON.stringify({ wallet, ...(flow && { flow }), dcql_query: QUERY, redirect_uri: RETURN_TO }),
  });
  assert.equal(begun.status, 201, await begun.clone().text());
  const { id, start_url } = await begun.json();
  const sent = await fetch(start_url, { redirect: "manual" });
  const cookie = sent.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  return { id, cookie, start_url, page: await sent.text(), location: sent.headers.get("location") };
}

/** What the shop is told once the browser has been at `location`. */
async function collect({ id, cookie }, location) {
  let code;
  while (!code && location) {
    code = new URL(location, address).searchParams.get("response_code");
    if (location.startsWith(RETURN_TO)) break;
    const next = await fetch(new URL(location, address), { redirect: "manual", headers: { cookie } });
    location = next.headers.get("location");
    code = undefined;
  }
  const query = code ? `?response_code=${code}` : "";
  const told = await fetch(`${address}/v1/presentations/${id}${query}`, { headers: { authorization: SHOP } });
  return told.json();
}

/** The request of a redirect, read as wallets do. */
async function asked(location) {
  const parameters = Object.fromEntries(new URL(location).searchParams);
  if (!parameters.request_uri) {
    for (const name of ["dcql_query", "client_metadata"]) parameters[name] &&= JSON.parse(parameters[name]);
    return parameters;
  }
  return jose.decodeJwt(await (await fetch(parameters.request_uri)).text());
}

async function encrypted(metadata, payload) {
  const [jwk] = metadata.jwks.keys;
  const header = { alg: "ECDH-ES", enc: "A256GCM", kid: jwk.kid };
  return new jose.CompactEncrypt(Buffer.from(JSON.stringify(payload))).setProtectedHeader(header).encrypt(await jose.importJWK(jwk, "ECDH-ES"));
}

const presentation = (bytes) => ({ mdl: [bytes.toString("base64url")] });

async function byRedirect(show, wallet, nonce) {
  const begun = await begin(wallet);
  const request = await asked(begun.location);
  const isEncrypted = request.response_mode === "direct_post.jwt";
  const key = isEncrypted ? thumbprint(request.client_metadata.jwks.keys[0]) : null;
  const vp_token = presentation(await show(transcript("OpenID4VPHandover", [request.client_id, nonce ?? request.nonce, key, request.response_uri])));
  const form = isEncrypted
    ? { response: await encrypted(request.client_metadata, { vp_token, state: request.state }) }
    : { vp_token: JSON.stringify(vp_token), state: request.state };
  const posted = await fetch(request.response_uri, { method: "POST", body: new URLSearchParams(form) });
  const { redirect_uri } = posted.ok ? await posted.json() : {};
  return collect(begun, redirect_uri);
}

async function handOver(begun, protocol, data) {
  const [, csrf] = begun.page.match(/name="csrf" value="([^"]*)"/);
  const handed = await fetch(`${begun.start_url}/answer`, {
    method: "POST", redirect: "manual", headers: { cookie: begun.cookie }, body: new URLSearchParams({ csrf, protocol, data: JSON.stringify(data) }),
  });
  return collect(begun, handed.headers.get("location"));
}

const requests = ({ page }) => {
  const [, text] = page.match(/data-requests="([^"]*)"/);
  return JSON.parse(text.replaceAll("&#34;", '"').replaceAll("&#38;", "&"));
};

async function byOpenid4vp(show, wallet) {
  const begun = await begin(wallet, "dc_api");
  const [{ protocol, data }] = requests(begun);
  const request = data.request ? jose.decodeJwt(data.request) : data;
  const key = thumbprint(request.client_metadata.jwks.keys[0]);
  const vp_token = presentation(await show(transcript("OpenID4VPDCAPIHandover", [address, request.nonce, key])));
  return handOver(begun, protocol, { response: await encrypted(request.client_metadata, { vp_token }) });
}

async function byOrgIsoMdoc(show, wallet, origin = address) {
  const begun = await begin(wallet, "dc_api");
  const { data } = requests(begun).find(({ protocol }) => protocol === "org-iso-mdoc");
  const bound = transcript("dcapi", [data.encryptionInfo, origin]);
  const info = Buffer.from(data.encryptionInfo, "base64url");
  // ["dcapi", {"nonce": .., "recipientPublicKey": {1: 2, -1: 1, -2: x, -3: y}}]: the coordinates come last.
  const x = info.subarray(info.length - 67, info.length - 35), y = info.subarray(info.length - 32);
  createPublicKey({ key: { kty: "EC", crv: "P-256", x: x.toString("base64url"), y: y.toString("base64url") }, format: "jwk" });
  const sealed = seal(Buffer.concat([Buffer.from([4]), x, y]), bound, await show(bound, Buffer.from(data.deviceRequest, "base64url")));
  const response = cbor(["dcapi", { enc: sealed.enc, cipherText: sealed.ciphertext }]).toString("base64url");
  return handOver(begun, "org-iso-mdoc", { response });
}

function verified(name, told) {
  assert.equal(told.status, "verified", `${name}: ${JSON.stringify(told)}`);
  const { format, type, claims } = told.credentials.mdl;
  assert.deepEqual([format, type], ["mso_mdoc", DOCTYPE], name);
  assert.deepEqual(claims, { [NAMESPACE]: { family_name: "Mustermann", age_over_18: true } }, name);
  console.log(`verified: ${name}`);
}

/** `@owf/mdoc` reads each transcript again, and knows none of ISO/IEC 18013-7 Annex C. */
const KNOW_ANNEX_C = ["@auth0/mdl"];

for (const [library, made] of Object.entries(LIBRARIES)) {
  const show = await made();
  verified(`${library}, direct_post`, await byRedirect(show, "post"));
  verified(`${library}, direct_post.jwt`, await byRedirect(show, "encrypted"));
  verified(`${library}, dc_api.jwt`, await byOpenid4vp(show, "browser"));
  const wrongs = [["another nonce", await byRedirect(show, "post", "another-nonce-entirely")]];
  if (KNOW_ANNEX_C.includes(library)) {
    verified(`${library}, org-iso-mdoc`, await byOrgIsoMdoc(show, "browser"));
    wrongs.push(["another origin", await byOrgIsoMdoc(show, "browser", "https://evil.example")]);
  }
  for (const [wrong, told] of wrongs) {
    assert.notEqual(told.status, "verified", `${library}, ${wrong}`);
    console.log(`refused: ${library}, ${wrong}`);
  }
}
