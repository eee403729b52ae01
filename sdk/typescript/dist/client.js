// The REST API for a relying party's server. It holds the client's secret: not for browsers.
import { events } from "./events.js";
/** The service refused a request, or cannot answer. */
export class VpgateError extends Error {
    status;
    problem;
    retryAfter;
    constructor(
    /** The status of the answer. */
    status, 
    /** What the service says; of other answers only `title` and `status`. */
    problem, 
    /** Seconds after which it may go better. */
    retryAfter) {
        super(problem.detail ?? problem.title ?? `the service answered ${status}`);
        this.status = status;
        this.problem = problem;
        this.retryAfter = retryAfter;
        this.name = "VpgateError";
    }
}
/** Longest time that the service holds a request for a result, in seconds. */
const HELD = 25;
/** Longest pause between two questions, in milliseconds. */
const LONGEST_PAUSE = 30_000;
/** Longest time without an answer, in milliseconds: longer than a request is held. */
const PATIENCE = 40_000;
export class Vpgate {
    #url;
    #authorization;
    #fetch;
    constructor(settings) {
        this.#url = settings.url.replace(/\/+$/, "");
        this.#fetch = settings.fetch ?? fetch;
        // RFC 6749 section 2.3.1: both parts are form-encoded first.
        const pair = [settings.clientId, settings.clientSecret].map(formEncoded).join(":");
        this.#authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
    }
    /**
     * Begins a presentation; send the browser to `start_url` then. With the same key, what was begun is answered again
     * for a day: so that a repeated request shows nobody a second code.
     */
    async begin(asked, { idempotencyKey } = {}) {
        const headers = { "Content-Type": "application/json", ...(idempotencyKey && { "Idempotency-Key": idempotencyKey }) };
        const answer = await this.#ask("/v1/presentations", { method: "POST", body: JSON.stringify(asked), headers });
        return (await answer.json());
    }
    /** How it stands now; when verified, what it proved. The code that came back with the browser works once. */
    async result(id, responseCode) {
        return this.#held(id, responseCode, undefined, 0);
    }
    /** Forgets it, whatever its state. */
    async forget(id) {
        await this.#ask(path(id), { method: "DELETE" });
    }
    /**
     * Resolves when it is decided, or expired. Told by events; where they cannot be had, or break off, it asks. A result
     * of the same device needs the code that came back with the browser: without it, `status` says how it ended, and
     * nothing more.
     */
    async wait(id, { responseCode, signal } = {}) {
        for await (const told of this.events(id, signal ? { signal } : {})) {
            if (told.status === "pending")
                continue;
            return told.status === "verified" && responseCode ? this.result(id, responseCode) : told;
        }
        return this.#poll(id, responseCode, signal);
    }
    /** Every state from now on, as it changes. Ends with the last one, or when the service cannot tell any more. */
    async *events(id, { signal } = {}) {
        const headers = { Accept: "text/event-stream" };
        let answer;
        try {
            // No limit of time: the stream lives as long as the presentation, and says so every few seconds.
            answer = await this.#send(`${path(id)}/events`, { headers, ...(signal && { signal }) });
        }
        catch (fault) {
            signal?.throwIfAborted();
            if (fault instanceof VpgateError && [401, 403].includes(fault.status))
                throw fault;
            return;
        }
        try {
            if (answer.body)
                for await (const { data } of events(answer.body))
                    yield JSON.parse(data);
        }
        catch {
            // It broke off: whoever waits asks.
            signal?.throwIfAborted();
        }
    }
    async #poll(id, responseCode, signal) {
        for (let faults = 0;;) {
            let pause = 0;
            const began = performance.now();
            try {
                const now = await this.#held(id, responseCode, signal, HELD);
                if (now.status !== "pending")
                    return now;
                faults = 0;
                // A service that does not hold requests is not asked without a pause.
                pause = performance.now() - began < 1000 ? 2000 : 0;
            }
            catch (fault) {
                signal?.throwIfAborted();
                if (fault instanceof VpgateError && fault.status < 500 && fault.status !== 429)
                    throw fault;
                faults += 1;
                const asked = fault instanceof VpgateError ? (fault.retryAfter ?? 1) * 1000 : 1000;
                pause = Math.min(Math.max(asked, 1000 * 2 ** faults), LONGEST_PAUSE);
            }
            await slept(pause, signal);
        }
    }
    async #held(id, code, signal, seconds) {
        const query = code === undefined ? "" : `?${new URLSearchParams({ response_code: code })}`;
        const headers = seconds > 0 ? { Prefer: `wait=${seconds}` } : {};
        const answer = await this.#ask(`${path(id)}${query}`, { headers, ...(signal && { signal }) });
        return (await answer.json());
    }
    /** An answer within a bounded time. */
    async #ask(where, request) {
        const late = AbortSignal.timeout(PATIENCE);
        return this.#send(where, { ...request, signal: request.signal ? AbortSignal.any([request.signal, late]) : late });
    }
    async #send(where, request) {
        const headers = { ...request.headers, Authorization: this.#authorization };
        const answer = await this.#fetch(`${this.#url}${where}`, { ...request, headers, redirect: "error" });
        if (answer.ok)
            return answer;
        const { status } = answer;
        const problem = await answer.json().catch(() => ({ title: `the service answered ${status}` }));
        throw new VpgateError(status, { ...problem, status }, Number(answer.headers.get("Retry-After")) || undefined);
    }
}
const path = (id) => `/v1/presentations/${encodeURIComponent(id)}`;
const formEncoded = (text) => new URLSearchParams({ a: text }).toString().slice(2);
function slept(milliseconds, signal) {
    return new Promise((resolve, reject) => {
        const over = () => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", over);
            resolve();
        }, milliseconds);
        signal?.addEventListener("abort", over, { once: true });
        if (signal?.aborted)
            over();
    });
}
