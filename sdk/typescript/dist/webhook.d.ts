/** What happened: names and times, and nothing that was proven. Fetch the result with your own right to it. */
export interface VpgateEvent {
    /** Such as `presentation.verified`. */
    type: string;
    /** When it happened (RFC 3339). */
    timestamp: string;
    data: {
        client_id: string;
        state: string;
        presentation?: string;
        grant?: string;
        reason?: string;
        [name: string]: unknown;
    };
}
/** It is not from whom it should be, or too old. */
export declare class WebhookError extends Error {
    readonly name = "WebhookError";
}
type Headers = Record<string, string | string[] | undefined>;
/**
 * The event of a delivery, when it is genuine. `body` is the very text that came, before anything parses it. `secrets`
 * are shared ones (`whsec_...`) or public keys (`whpk_...`): any of them may have signed, so that they can be changed.
 * The same event may come more than once: `webhook-id` tells.
 */
export declare function verifyWebhook(body: string | Buffer, headers: Headers, secrets: string[]): VpgateEvent;
export {};
