/** One event. */
export interface ServerSentEvent {
    event: string;
    data: string;
}
/** The events of a body; what is incomplete at its end is none. */
export declare function events(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent>;
