// How many of our benchmark's mdocs @owf/mdoc and @auth0/mdl verify per second, on one core.
// usage: node verify_mdoc.mjs PRESENTATIONS.json [SECONDS]
import { X509Certificate, createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const [file, seconds = "5"] = process.argv.slice(2);
const given = JSON.parse(readFileSync(file, "utf8"));
const now = given.now * 1000;
// Neither library is told the time everywhere.
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...from) { from.length > 0 ? super(...from) : super(now); }
  static now() { return now; }
};
const { default: auth0 } = await import("@auth0/mdl");
const owf = await import("@owf/mdoc");

const transcript = Buffer.from(given.transcript, "base64url");
const mdocs = given.presentations.map((text) => new Uint8Array(Buffer.from(text, "base64url")));
const root = new X509Certificate(given.root);
const certificates = new Map();
// Read and checked once, as ours is.
const certificate = (bytes) => {
  const key = Buffer.from(bytes).toString("base64");
  if (!certificates.has(key)) {
    const read = new X509Certificate(Buffer.from(bytes));
    if (!read.verify(root.publicKey)) throw new Error("not below the root");
    certificates.set(key, read);
  }
  return certificates.get(key);
};

const context = {
  crypto: {
    random: () => { throw new Error("nothing is made here"); },
    digest: ({ digestAlgorithm, bytes }) => new Uint8Array(createHash(digestAlgorithm.replace("-", "").toLowerCase()).update(bytes).digest()),
    calculateEphemeralMacKey: () => { throw new Error("answers are signed"); },
  },
  cose: {
    mac0: { verify: () => { throw new Error("answers are signed"); } },
    sign1: {
      verify: ({ key, sign1 }) => {
        const { crv, x, y } = key.jwk;
        const point = createPublicKey({ key: { kty: "EC", crv, x, y }, format: "jwk" });
        return verify("sha256", sign1.toBeSigned, { key: point, dsaEncoding: "ieee-p1363" }, sign1.signature);
      },
    },
  },
  x509: {
    // Only the country is asked for, and the issuer of our tests names none.
    getIssuerNameField: () => ["UT"],
    getPublicKey: ({ certificate: bytes }) => owf.CoseKey.fromJwk(certificate(bytes).publicKey.export({ format: "jwk" })),
    getCertificateData: ({ certificate: bytes }) => {
      const { issuer, subject, serialNumber, validFrom, validTo } = certificate(bytes);
      return { issuerName: issuer, subjectName: subject, pem: "", serialNumber, thumbprint: "", notBefore: new RealDate(validFrom), notAfter: new RealDate(validTo) };
    },
    verifyCertificateChain: ({ x5chain }) => x5chain.forEach(certificate),
  },
};

const byOwf = async (mdoc, encoded) => {
  const deviceResponse = owf.DeviceResponse.decode(mdoc);
  const sessionTranscript = owf.SessionTranscript.decode(encoded);
  await owf.Verifier.verifyDeviceResponse({ deviceResponse, sessionTranscript, trustedCertificates: [new Uint8Array(root.raw)], now: new Date(now), skewSeconds: 60 }, context);
  return deviceResponse.documents.length;
};
// It wants the transcript wrapped once more (tag 24).
const wrapped = (encoded) => Buffer.concat([Buffer.from([0xd8, 0x18, 0x58, encoded.length]), encoded]);
const auth0Verifier = new auth0.Verifier([given.root]);
// The issuer of our tests names no country.
const onCheck = (done) => {
  if (done.status === "FAILED" && !done.check.startsWith("Country name")) throw new Error(done.reason ?? done.check);
};
const byAuth0 = async (mdoc, encoded) =>
  (await auth0Verifier.verify(Buffer.from(mdoc), { encodedSessionTranscript: wrapped(encoded), onCheck })).documents.length;

for (const [name, judge] of [["@owf/mdoc", byOwf], ["@auth0/mdl", byAuth0]]) {
  if ((await judge(mdocs[0], transcript)) !== 1) throw new Error(`${name}: not one document`);
  // Wrong once, so that a verifier that checks nothing is noticed.
  const other = Buffer.from(transcript);
  other[other.length - 1] ^= 1;
  const refused = await judge(mdocs[0], other).then(() => false, () => true);
  if (!refused) throw new Error(`${name}: another transcript was accepted`);
  const run = async (milliseconds) => {
    const begin = performance.now();
    let count = 0;
    while (performance.now() - begin < milliseconds) {
      await judge(mdocs[count % mdocs.length], transcript);
      count += 1;
    }
    return (count * 1000) / (performance.now() - begin);
  };
  await run(1000);
  const each = await run(Number(seconds) * 1000);
  console.log(`${name} ${each.toFixed(0)} mdocs/s, ${(1e6 / each).toFixed(0)} us each`);
}
process.exit(0);
