// Evidence receipts: what a service said of a presentation, for whoever must prove it later.
import { createHash } from "node:crypto";
import { compactVerify, createLocalJWKSet } from "jose";
/** It is no receipt of this service, or one about something else. `differs` names what. */
export class ReceiptError extends Error {
    differs;
    name = "ReceiptError";
    constructor(differs, message) {
        super(message);
        this.differs = differs;
    }
}
const TYPE = "vpgate-receipt+jwt";
/**
 * What the receipt says, when a key of the service has signed it and every part that is given belongs to it. `keys` are
 * those of `/jwks.json`, and for old receipts those that are published beside it.
 */
export async function verifyReceipt(receipt, keys, parts = {}) {
    const known = createLocalJWKSet(keys);
    const { payload, protectedHeader } = await compactVerify(receipt, known, { algorithms: ["ES256"] }).catch((cause) => {
        throw new ReceiptError("signature", `no key of the service has signed this: ${cause.message}`);
    });
    if (protectedHeader.typ !== TYPE)
        throw new ReceiptError("type", `its typ is not ${TYPE}`);
    const told = JSON.parse(new TextDecoder().decode(payload));
    const { vpToken, transactionData, nonce, issuer } = parts;
    if (issuer !== undefined && told.iss !== issuer)
        throw new ReceiptError("issuer", "another service has signed it");
    if (nonce !== undefined && told.nonce_hash !== hash(nonce))
        throw new ReceiptError("nonce", "the nonce is another one");
    if (transactionData !== undefined)
        sameTransactions(told, transactionData);
    if (vpToken !== undefined)
        samePresentations(told, vpToken);
    return told;
}
function sameTransactions({ transaction_data: known = [] }, sent) {
    const same = known.length === sent.length && known.every((one, at) => one.hash === hash(sent[at], one.hash_alg));
    if (!same)
        throw new ReceiptError("transactionData", "what was agreed to is something else");
}
function samePresentations({ credentials = [] }, vpToken) {
    const shown = presentations(vpToken).map((sdJwt) => sdJwt.slice(0, sdJwt.lastIndexOf("~") + 1));
    const bound = credentials.filter((one) => one.sd_hash !== undefined);
    const same = bound.every((one) => shown.some((sdJwt) => hash(sdJwt, one.sd_hash_alg) === one.sd_hash));
    if (bound.length === 0 || !same)
        throw new ReceiptError("vpToken", "another presentation was verified");
}
/** Every presentation of a `vp_token`. */
function presentations(vpToken) {
    try {
        return Object.values(JSON.parse(vpToken)).flat();
    }
    catch {
        return [vpToken];
    }
}
/** Base64url of a digest over the text as it is. */
const hash = (text, algorithm = "sha-256") => createHash(algorithm.replace("-", "")).update(text).digest("base64url");
