import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Problem } from "#domain/problems.ts";
import { parseDisposition } from "#http/multipart/disposition.ts";
import { boundaryOf, parseMultipart, type MultipartLimits } from "#http/multipart/parse-multipart.ts";
import { HANDS, writeForm, type FormPart, type HandName } from "#test/support/form-bodies.ts";
import { mutilatedForms } from "#test/support/mutilated-forms.ts";

const LIMITS: MultipartLimits = { maxParts: 100, maxHeaderBytes: 8_192 };

interface ReadPart {
  readonly name: string;
  readonly fileName: string | undefined;
  readonly content: string;
}

async function readAll(body: Iterable<Uint8Array>, contentType: string): Promise<ReadPart[]> {
  const parts: ReadPart[] = [];
  for await (const { name, fileName, bytes } of parseMultipart(
    ReadableStream.from(body),
    boundaryOf(contentType),
    LIMITS,
  )) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    parts.push({ name, fileName, content: Buffer.concat(chunks).toString("latin1") });
  }
  return parts;
}

function* inSlices(body: Buffer, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, n = 0; at < body.length; n += 1) {
    const size = Math.max(1, sizes[n % sizes.length] ?? 1);
    yield body.subarray(at, at + size);
    at += size;
  }
}

const bytesWithTraps = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .constantFrom("\r\n", "\r", "\n", "--", "\r\n--", "\r\n--Boundary-E621E1F8", "-")
        .map((text) => Buffer.from(text)),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => new Uint8Array(Buffer.concat(pieces)));

const anyPart: fc.Arbitrary<FormPart> = fc.oneof(
  fc.record({ name: fc.constantFrom("text", "ünï", "a b"), content: bytesWithTraps }),
  fc.record({
    name: fc.constant("files"),
    fileName: fc.constantFrom("a.log", "ß💥.blog", "a;b.log"),
    content: bytesWithTraps,
  }),
);

describe("a form", () => {
  test("is read as it was meant, whoever wrote it and however the wire cut it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(HANDS) as HandName[])),
        fc.array(anyPart, { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
        async (hand, meant, sizes) => {
          // .NET writes names without quotes, so that they have to be plain.
          const parts = meant.map((part) => (hand === ".NET" ? { ...part, name: "plain" } : part));
          const { body, contentType } = writeForm(hand, parts);
          expect(await readAll(inSlices(body, sizes), contentType)).toEqual(
            parts.map(({ name, fileName, content }) => ({
              name,
              fileName,
              content: Buffer.from(content).toString("latin1"),
            })),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  test("that ends before its last boundary is refused wherever it was cut", async () => {
    const { body, contentType } = writeForm("OkHttp 4", [
      { name: "text", content: "a" },
      { name: "files", fileName: "a.log", content: "\r\n--" },
    ]);
    const whole = body.lastIndexOf("--") + 2;
    for (let length = 0; length < whole; length += 1)
      await expect(readAll([body.subarray(0, length)], contentType), `${length} bytes`).rejects.toThrow(Problem);
    expect(await readAll([body.subarray(0, whole)], contentType)).toHaveLength(2);
  });

  test("is read no faster than its bytes are taken", async () => {
    let given = 0;
    const body = async function* () {
      yield Buffer.from("--b\r\nContent-Disposition: form-data; name=files; filename=a\r\n\r\n");
      for (; given < 100; given += 1) yield Buffer.alloc(1_000, "x");
      yield Buffer.from("\r\n--b--");
    };
    let taken = 0;
    for await (const { bytes } of parseMultipart(body(), "b", LIMITS))
      for await (const chunk of bytes) {
        taken += chunk.byteLength;
        expect(given * 1_000 - taken).toBeLessThanOrEqual(1_000);
      }
    expect(taken).toBe(100_000);
  });

  test("whose reader stops early leaves its sender alone from then on", async () => {
    let isOver = false;
    const body = async function* () {
      try {
        yield Buffer.from("--b\r\nContent-Disposition: form-data; name=files; filename=a\r\n\r\n");
        for (;;) yield Buffer.alloc(1_000);
      } finally {
        isOver = true;
      }
    };
    for await (const { bytes } of parseMultipart(body(), "b", LIMITS)) {
      for await (const _chunk of bytes) break;
      break;
    }
    expect(isOver).toBe(true);
  });
});

test("bodies that are no forms end in words about what is wrong with them, and never otherwise", async () => {
  for (const { what, body, contentType } of mutilatedForms(7, 330)) {
    const outcome = await readAll([body], contentType).then(
      () => "read",
      (error: unknown) => (error instanceof Problem && error.detail !== undefined ? "refused" : error),
    );
    expect(["read", "refused"], what).toContain(outcome);
  }
});

test.for([
  ["form-data; name=a", { name: "a" }],
  ['form-data; name="a b"; filename=""', { name: "a b", fileName: "" }],
  ['FORM-DATA; NAME="a"; FileName="x;y=z.log"', { name: "a", fileName: "x;y=z.log" }],
  [String.raw`form-data; name="a"; filename="say \"hi\".log"`, { name: "a", fileName: 'say "hi".log' }],
  [String.raw`form-data; name="a"; filename="C:\logs\a.log"`, { name: "a", fileName: String.raw`C:\logs\a.log` }],
  ['form-data; name="a"; filename="%22hi%22.log"', { name: "a", fileName: '"hi".log' }],
  ["form-data; name=a; filename=x; filename*=UTF-8'de'%C3%9F.log", { name: "a", fileName: "ß.log" }],
  ["form-data; name=a;", { name: "a" }],
  ["attachment; name=a", undefined],
  ["form-data", undefined],
  ['form-data; name="a', undefined],
  ["form-data; name=a; name=b", undefined],
  ["form-data; name=a filename=b", undefined],
  [`form-data; name="${'\\"'.repeat(4_000)}`, undefined],
] as const)("a part's own header %s is read as its client meant it", ([header, meant]) => {
  expect(parseDisposition(header)).toEqual(meant);
});
