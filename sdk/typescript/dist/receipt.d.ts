import { type JSONWebKeySet } from "jose";
/** What a receipt says. It has no claim of the person, and no unsalted hash of one. */
export interface Receipt {
    iss: string;
    iat: number;
    jti: string;
    client?: string;
    verdict?: string;
    nonce_hash?: string;
    transaction_data?: {
        type: string;
        hash: string;
        hash_alg?: string;
    }[];
    credentials?: {
        id: string;
        sd_hash?: string;
        sd_hash_alg?: string;
        [name: string]: unknown;
    }[];
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
export declare class ReceiptError extends Error {
    readonly differs: "signature" | "type" | keyof ReceiptParts;
    readonly name = "ReceiptError";
    constructor(differs: "signature" | "type" | keyof ReceiptParts, message: string);
}
/**
 * What the receipt says, when a key of the service has signed it and every part that is given belongs to it. `keys` are
 * those of `/jwks.json`, and for old receipts those that are published beside it.
 */
export declare function verifyReceipt(receipt: string, keys: JSONWebKeySet, parts?: ReceiptParts): Promise<Receipt>;
