import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Problem } from "#domain/problems.ts";
import { bodyOf } from "#http/body-stream.ts";

type Outcome = { readonly bytes: number; readonly problem?: unknown };

/** A server that reads one body, and the sender's end of its connection after the head was sent. */
async function sending(
  pace: Parameters<typeof bodyOf>[1],
  take: (chunk: Uint8Array) => Promise<void> | void = () => undefined,
): Promise<{ readonly socket: Socket; readonly outcome: Promise<Outcome> }> {
  const { promise: outcome, resolve } = Promise.withResolvers<Outcome>();
  const read = async (request: IncomingMessage): Promise<void> => {
    let bytes = 0;
    try {
      for await (const chunk of bodyOf(request, pace)) {
        bytes += chunk.byteLength;
        await take(chunk);
      }
      resolve({ bytes });
    } catch (problem) {
      resolve({ bytes, problem });
    }
  };
  const server = createServer((request) => void read(request)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => undefined);
  onTestFinished(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  socket.write("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n");
  return { socket, outcome };
}

const detailOf = ({ problem }: Outcome) => (problem instanceof Problem ? [problem.code, problem.detail] : problem);

test("a sender who falls silent is given up, and what came before was taken", async () => {
  const { socket, outcome } = await sending({ silenceMs: 100 });
  socket.write("x".repeat(10));
  expect(detailOf(await outcome)).toEqual(["body_too_slow", "Nothing came for 0.1 s."]);
  expect((await outcome).bytes).toBe(10);
});

test("a sender who keeps a connection open with a byte now and then is given up too", async () => {
  const { socket, outcome } = await sending({ judgedAfterMs: 100 });
  const drip = setInterval(() => socket.write("x"), 20);
  onTestFinished(() => clearInterval(drip));
  expect(detailOf(await outcome)).toEqual(["body_too_slow", "It must come at 1024 bytes a second or more."]);
});

test("the time that we take to store what came is not held against the sender", async () => {
  let taken = 0;
  const { socket, outcome } = await sending({ judgedAfterMs: 100, silenceMs: 10_000 }, async () => {
    taken += 1;
    if (taken > 1) return;
    // Longer than a thousand bytes may take at the slowest pace.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    socket.write("x".repeat(500));
  });
  socket.write("x".repeat(500));
  expect(await outcome).toEqual({ bytes: 1000 });
});

test("a connection that is cut half-way ends the reading with an error, and not as if that were all", async () => {
  const { socket, outcome } = await sending({}, () => void socket.destroy());
  socket.write("x".repeat(10));
  const { bytes, problem } = await outcome;
  expect(bytes).toBe(10);
  expect(problem).toMatchObject({ code: "ECONNRESET" });
});
