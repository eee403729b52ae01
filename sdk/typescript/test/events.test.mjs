import assert from "node:assert/strict";
import { test } from "node:test";
import { events } from "../dist/events.js";

async function collected(told) {
  const list = [];
  for await (const one of told) list.push(one);
  return list;
}

test("events are read however they are cut, with every kind of line break", async () => {
  const text = ': hello\nretry: 5\n\nid: 1\nevent: state\ndata: {"a":\ndata: "ö"}\n\n: still here\n\ndata:x\n\ndata: unfinished';
  const expected = [{ event: "state", data: '{"a":\n"ö"}' }, { event: "message", data: "x" }];
  for (const end of ["\n", "\r\n", "\r"]) {
    const sent = new TextEncoder().encode(text.replaceAll("\n", end));
    for (let size = 1; size < 9; size += 1) {
      const chunks = [];
      for (let at = 0; at < sent.length; at += size) chunks.push(sent.slice(at, at + size));
      assert.deepEqual(await collected(events(ReadableStream.from(chunks))), expected, `${JSON.stringify(end)} by ${size}`);
    }
  }
});

test("what is too long is no event", async () => {
  const sent = ReadableStream.from([new TextEncoder().encode("data: ".padEnd(5 * 1024 * 1024, "x"))]);
  await assert.rejects(collected(events(sent)), RangeError);
});
