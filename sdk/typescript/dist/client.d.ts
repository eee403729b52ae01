import type { Begin, Begun, Presentation, Problem } from "./shapes.js";
/** Who asks, and whom. */
export interface ClientSettings {
    /** `public_url` of the service. */
    url: string;
    /** `client_id` of a confidential client. */
    clientId: string;
    /** Its secret. */
    clientSecret: string;
    /** Instead of the global one. */
    fetch?: typeof fetch;
}
/** How long to wait, and what for. */
export interface WaitOptions {
    /** What came back with the browser; results of the same device need it. */
    responseCode?: string;
    /** Ends the waiting; the promise is rejected with its reason. */
    signal?: AbortSignal;
}
/** The service refused a request, or cannot answer. */
export declare class VpgateError extends Error {
    /** The status of the answer. */
    readonly status: number;
    /** What the service says; of other answers only `title` and `status`. */
    readonly problem: Partial<Problem> & {
        status: number;
    };
    /** Seconds after which it may go better. */
    readonly retryAfter: number | undefined;
    constructor(
    /** The status of the answer. */
    status: number, 
    /** What the service says; of other answers only `title` and `status`. */
    problem: Partial<Problem> & {
        status: number;
    }, 
    /** Seconds after which it may go better. */
    retryAfter: number | undefined);
}
export declare class Vpgate {
    #private;
    constructor(settings: ClientSettings);
    /**
     * Begins a presentation; send the browser to `start_url` then. With the same key, what was begun is answered again
     * for a day: so that a repeated request shows nobody a second code.
     */
    begin(asked: Begin, { idempotencyKey }?: {
        idempotencyKey?: string;
    }): Promise<Begun>;
    /** How it stands now; when verified, what it proved. The code that came back with the browser works once. */
    result(id: string, responseCode?: string): Promise<Presentation>;
    /** Forgets it, whatever its state. */
    forget(id: string): Promise<void>;
    /**
     * Resolves when it is decided, or expired. Told by events; where they cannot be had, or break off, it asks. A result
     * of the same device needs the code that came back with the browser: without it, `status` says how it ended, and
     * nothing more.
     */
    wait(id: string, { responseCode, signal }?: WaitOptions): Promise<Presentation>;
    /** Every state from now on, as it changes. Ends with the last one, or when the service cannot tell any more. */
    events(id: string, { signal }?: {
        signal?: AbortSignal;
    }): AsyncGenerator<Presentation>;
}
