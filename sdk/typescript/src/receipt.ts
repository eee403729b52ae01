// Evidence receipts: what a service said of a presentation, for whoever must prove it later.
import { createHash } from "node:crypto";
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";

/** What a receipt says. It has no claim of the person, and no unsalted hash of one. */
export interface Receipt {
  iss: string;
  iat: number;
  jti: string;
  client?: string;
  verdict?: string;
  nonce_hash?: string;
  transaction_data?: { type: string; hash: string; hash_alg?: string }[];
  credentials?: { id: string; sd_hash?: string; sd_hash_alg?: string; [name: string]: unknown }[];
  [name: string]: unknown;
}

/** What was kept of the exchange; each part that is given must be the one that the receipt is about. */
export interface ReceiptParts {
  /** `vp_token` as it came: the JSON text of OpenID4VP 1.0 section 8.1. */
  vpToken?: string;
  /** The exact strings that were sent, in order. */
  transactionData?: string[];
  /** The `nonce` of the request. */
  nonce?: string;
  /** Who must have signed it: `public_url` of the service. */
  issuer?: string;
}

/** It is no receipt of this service, or one about something else. `differs` names what. */
export class ReceiptError extends Error {
  override readonly name = "ReceiptError";
  constructor(readonly differs: "signature" | "type" | keyof ReceiptParts, message: string) {
    super(message);
  }
}

const TYPE = "vpgate-receipt+jwt";

/**
 * What the receipt says, when a key of the service has signed it and every part that is given belongs to it. `keys` are
 * those of `/receipts/jwks.json`: `Vpgate.keys`.
 */
export async function verifyReceipt(receipt: string, keys: JSONWebKeySet, parts: ReceiptParts = {}): Promise<Receipt> {
  const known = createLocalJWKSet(keys);
  const { payload, protectedHeader } = await compactVerify(receipt, known, { algorithms: ["ES256"] }).catch((cause) => {
    throw new ReceiptError("signature", `no key of the service has signed this: ${cause.message}`);
  });
  if (protectedHeader.typ !== TYPE) throw new ReceiptError("type", `its typ is not ${TYPE}`);
  const told = JSON.parse(new TextDecoder().decode(payload)) as Receipt;
  const { vpToken, transactionData, nonce, issuer } = parts;
  if (issuer !== undefined && told.iss !== issuer) throw new ReceiptError("issuer", "another service has signed it");
  if (nonce !== undefined && told.nonce_hash !== hash(nonce)) throw new ReceiptError("nonce", "the nonce is another one");
  if (transactionData !== undefined) sameTransactions(told, transactionData);
  if (vpToken !== undefined) samePresentations(told, vpToken);
  return told;
}

function sameTransactions({ transaction_data: known = [] }: Receipt, sent: string[]): void {
  const same = known.length === sent.length && known.every((one, at) => one.hash === hash(sent[at]!, one.hash_alg));
  if (!same) throw new ReceiptError("transactionData", "what was agreed to is something else");
}

function samePresentations({ credentials = [] }: Receipt, vpToken: string): void {
  const shown = presentations(vpToken).map((sdJwt) => sdJwt.slice(0, sdJwt.lastIndexOf("~") + 1));
  const bound = credentials.filter((one) => one.sd_hash !== undefined);
  const same = bound.every((one) => shown.some((sdJwt) => hash(sdJwt, one.sd_hash_alg) === one.sd_hash));
  if (bound.length === 0 || !same) throw new ReceiptError("vpToken", "another presentation was verified");
}

/** Every presentation of a `vp_token`. */
function presentations(vpToken: string): string[] {
  try {
    return Object.values(JSON.parse(vpToken) as Record<string, string | string[]>).flat();
  } catch {
    return [vpToken];
  }
}

/** Base64url of a digest over the text as it is. */
const hash = (text: string, algorithm = "sha-256") => createHash(algorithm.replace("-", "")).update(text).digest("base64url");
