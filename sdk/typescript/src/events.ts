// Server-sent events (HTML Living Standard, section 9.2), as far as this API sends them.

/** One event. */
export interface ServerSentEvent {
  event: string;
  data: string;
}

/** Longest event, in characters: a result with its report is much shorter. */
const LONGEST = 4 * 1024 * 1024;

/** The events of a body; what is incomplete at its end is none. */
export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let rest = "";
  let event = "";
  let data: string[] = [];
  for await (const chunk of body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    rest += chunk;
    if (rest.length + data.length > LONGEST) throw new RangeError("an event is too long");
    // A line break may be cut in two: the last one waits for what follows.
    for (let end; (end = /\r\n|\n|\r(?!$)/.exec(rest)); rest = rest.slice(end.index + end[0].length)) {
      const line = rest.slice(0, end.index);
      if (line === "") {
        if (data.length > 0) yield { event: event || "message", data: data.join("\n") };
        [event, data] = ["", []];
        continue;
      }
      const [, name, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (name === "event") event = value ?? "";
      if (name === "data") data.push(value ?? "");
    }
  }
}
