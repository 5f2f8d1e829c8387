import { expect, test } from "vitest";
import { followEventStream, readEventStream } from "#phone/read-event-stream.ts";

function streamOf(...pieces: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
}

test("a message that arrives in pieces is one message, and heartbeats are none", async () => {
  const pieces = ["retry: 500\n\nid: 1\nda", 'ta: {"a":1}\n', "\n: still here\n\n", "id: 2\ndata: x\ndata: y\n\n"];
  const events: unknown[] = [];
  for await (const event of readEventStream(streamOf(...pieces))) events.push(event);
  expect(events).toEqual([
    { id: "1", data: '{"a":1}' },
    { id: "2", data: "x\ny" },
  ]);
});

test("a phone whose stream breaks comes back where it was, and misses nothing", async () => {
  const stop = new AbortController();
  const asked: (string | undefined)[] = [];
  const heard: string[] = [];
  const answers = [streamOf("id: 7\ndata: first\n\n"), streamOf("id: 8\ndata: second\n\n")];
  await followEventStream({
    open: (headers) => {
      asked.push(headers["Last-Event-ID"]);
      if (asked.length === 2) return Promise.reject(new Error("The connection broke"));
      return Promise.resolve(new Response(answers.shift()));
    },
    onEvent: (data) => {
      heard.push(data);
      if (data === "second") stop.abort();
    },
    signal: stop.signal,
  });
  expect(heard).toEqual(["first", "second"]);
  expect(asked).toEqual([undefined, "7", "7"]);
});
