// The REST API for a relying party's server. It holds the client's secret: not for browsers.
import type { JSONWebKeySet } from "jose";
import { events } from "./events.js";
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
export class VpgateError extends Error {
  constructor(
    /** The status of the answer. */
    readonly status: number,
    /** What the service says; of other answers only `title` and `status`. */
    readonly problem: Partial<Problem> & { status: number },
    /** Seconds after which it may go better. */
    readonly retryAfter: number | undefined,
  ) {
    super(problem.detail ?? problem.title ?? `the service answered ${status}`);
    this.name = "VpgateError";
  }
}

/** Longest time that the service holds a request for a result, in seconds. */
const HELD = 25;
/** The kind of problem where there is a result, and the code of the browser is missing. */
const NEEDS_CODE = "urn:vpgate:problem:response_code_required";
/** Longest pause between two questions, in milliseconds. */
const LONGEST_PAUSE = 30_000;
/** Longest time without an answer, in milliseconds: longer than a request is held. */
const PATIENCE = 40_000;

export class Vpgate {
  readonly #url: string;
  readonly #authorization: string;
  readonly #fetch: typeof fetch;

  constructor(settings: ClientSettings) {
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
  async begin(asked: Begin, { idempotencyKey }: { idempotencyKey?: string } = {}): Promise<Begun> {
    const headers = { "Content-Type": "application/json", ...(idempotencyKey && { "Idempotency-Key": idempotencyKey }) };
    const answer = await this.#ask("/v1/presentations", { method: "POST", body: JSON.stringify(asked), headers });
    return (await answer.json()) as Begun;
  }

  /** How it stands now; when verified, what it proved. The code that came back with the browser works once. */
  async result(id: string, responseCode?: string): Promise<Presentation> {
    return this.#held(id, responseCode, undefined, 0);
  }

  /** Forgets it, whatever its state. */
  async forget(id: string): Promise<void> {
    await this.#ask(path(id), { method: "DELETE" });
  }

  /**
   * Resolves when it is decided, or expired. Told by events; where they cannot be had, or break off, it asks. A result
   * of the same device needs the code that came back with the browser: without it, `status` says how it ended, and
   * nothing more.
   */
  async wait(id: string, { responseCode, signal }: WaitOptions = {}): Promise<Presentation> {
    for await (const told of this.events(id, signal ? { signal } : {})) {
      if (told.status === "pending") continue;
      // Events hold nothing that was proven.
      return told.status === "verified" ? this.#known(id, responseCode, signal, 0) : told;
    }
    return this.#poll(id, responseCode, signal);
  }

  /** The public keys of receipts, old ones too. Keep a copy beside the receipts that you keep. */
  async keys(): Promise<JSONWebKeySet> {
    const answer = await this.#ask("/receipts/jwks.json", {});
    return (await answer.json()) as JSONWebKeySet;
  }

  /** Every state from now on, as it changes. Ends with the last one, or when the service cannot tell any more. */
  async *events(id: string, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<Presentation> {
    const headers = { Accept: "text/event-stream" };
    let answer: Response;
    try {
      // No limit of time: the stream lives as long as the presentation, and says so every few seconds.
      answer = await this.#send(`${path(id)}/events`, { headers, ...(signal && { signal }) });
    } catch (fault) {
      signal?.throwIfAborted();
      if (fault instanceof VpgateError && [401, 403].includes(fault.status)) throw fault;
      return;
    }
    try {
      if (answer.body) for await (const { data } of events(answer.body)) yield JSON.parse(data) as Presentation;
    } catch {
      // It broke off: whoever waits asks.
      signal?.throwIfAborted();
    }
  }

  async #poll(id: string, responseCode: string | undefined, signal: AbortSignal | undefined): Promise<Presentation> {
    for (let faults = 0; ; ) {
      let pause = 0;
      const began = performance.now();
      try {
        const now = await this.#known(id, responseCode, signal, HELD);
        if (now.status !== "pending") return now;
        faults = 0;
        // A service that does not hold requests is not asked without a pause.
        pause = performance.now() - began < 1000 ? 2000 : 0;
      } catch (fault) {
        signal?.throwIfAborted();
        if (fault instanceof VpgateError && fault.status < 500 && fault.status !== 429) throw fault;
        faults += 1;
        const asked = fault instanceof VpgateError ? (fault.retryAfter ?? 1) * 1000 : 1000;
        pause = Math.min(Math.max(asked, 1000 * 2 ** faults), LONGEST_PAUSE);
      }
      await slept(pause, signal);
    }
  }

  /** As far as the caller has a right to it: verified is told without what was proven where the code is missing. */
  async #known(id: string, code: string | undefined, signal: AbortSignal | undefined, seconds: number): Promise<Presentation> {
    try {
      return await this.#held(id, code, signal, seconds);
    } catch (fault) {
      const isVerified = code === undefined && fault instanceof VpgateError && fault.problem.type === NEEDS_CODE;
      if (!isVerified) throw fault;
      return { id, status: "verified" };
    }
  }

  async #held(id: string, code: string | undefined, signal: AbortSignal | undefined, seconds: number): Promise<Presentation> {
    const query = code === undefined ? "" : `?${new URLSearchParams({ response_code: code })}`;
    const headers = seconds > 0 ? { Prefer: `wait=${seconds}` } : {};
    const answer = await this.#ask(`${path(id)}${query}`, { headers, ...(signal && { signal }) });
    return (await answer.json()) as Presentation;
  }

  /** An answer within a bounded time. */
  async #ask(where: string, request: RequestInit): Promise<Response> {
    const late = AbortSignal.timeout(PATIENCE);
    return this.#send(where, { ...request, signal: request.signal ? AbortSignal.any([request.signal, late]) : late });
  }

  async #send(where: string, request: RequestInit): Promise<Response> {
    const headers = { ...request.headers, Authorization: this.#authorization };
    const answer = await this.#fetch(`${this.#url}${where}`, { ...request, headers, redirect: "error" });
    if (answer.ok) return answer;
    const { status } = answer;
    const problem = await answer.json().catch(() => ({ title: `the service answered ${status}` }));
    throw new VpgateError(status, { ...problem, status }, Number(answer.headers.get("Retry-After")) || undefined);
  }
}

const path = (id: string) => `/v1/presentations/${encodeURIComponent(id)}`;
const formEncoded = (text: string) => new URLSearchParams({ a: text }).toString().slice(2);

function slept(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
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
    if (signal?.aborted) over();
  });
}
