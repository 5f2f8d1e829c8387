import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { seeded } from "./seeded.ts";
import { HANDS, writeForm, type FormPart, type HandName, type WrittenForm } from "./form-bodies.ts";

/** A body that no server should take, and what was done to it. */
export interface Mutilated extends WrittenForm {
  readonly what: string;
  /** Where the bytes are cut into what the wire carries at once. */
  readonly cuts: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
}

const HAND_NAMES = Object.keys(HANDS) as HandName[];
const BAD_FILE_NAMES = [
  "../../etc/passwd",
  "..",
  "/etc/passwd",
  "C:\\Windows\\system.ini",
  "a\u0000.log",
  "log\u202efdp.exe",
  "\u200fabc.log",
  "\u2066x\u2069.log",
  "💥".repeat(300),
  "x".repeat(256),
  "tab\there.log",
];
const BAD_CONTENT_TYPES = [
  "multipart/form-data",
  "multipart/form-data; boundary=",
  `multipart/form-data; boundary=${"b".repeat(71)}`,
  "multipart/form-data; boundary=a; boundary=b",
  'multipart/form-data; boundary="unclosed',
  "multipart/mixed; boundary=x",
  "application/json",
  "application/x-www-form-urlencoded",
  "text/plain",
];
const BAD_HEADERS = [
  "Content-Disposition: attachment; name=text",
  "Content-Disposition: form-data",
  'Content-Disposition: form-data; name="text',
  'Content-Disposition: form-data; name="text" filename="a"',
  "Content-Disposition: form-data; name=text; name=text",
  "Content-Disposition: form-data; name=files; filename*=utf-8''%E0%A4",
  "Content-Disposition: form-data; name=files; filename*=latin1''a",
  "Content-Disposition form-data",
  ": form-data; name=text",
  " Content-Disposition: form-data; name=text",
  "Content-Disposition: form-data; name=text\r\n folded: line",
  "Content-Disposition: form-data; name=text\r\nContent-Disposition: form-data; name=text",
  "Content-Disposition: form-data; name=text\r\nX-Bare: a\rb",
  "Content-Disposition: form-data; name=text\r\nX-Nul: a\0b",
  "Content-Disposition: form-data; name=text\r\nContent-Transfer-Encoding: base64",
  "Content-Disposition: form-data; name=text\r\nContent-Length: 999",
  "Content-Disposition: form-data; name=text\r\nContent-Length: -1",
  "Content-Disposition: form-data; name=text\r\nContent-Type: multipart/mixed; boundary=inner",
  "Content-Type: text/plain",
];

/**
 * So many bodies that are all wrong in some way, the same for the same seed: cut anywhere, wrong boundaries, thousands of parts,
 * nested, huge headers, names that lead elsewhere.
 */
export function* mutilatedForms(seed: number, count: number): Generator<Mutilated> {
  const chance = seeded(seed);
  const below = (limit: number) => Math.floor(chance() * limit);
  const oneOf = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const noise = (length: number) => Buffer.from(Array.from({ length }, () => below(256)));

  const goodParts = (): FormPart[] => {
    const parts: FormPart[] = [
      { name: "text", content: "My call froze, naïvely 💥" },
      { name: "callIds", content: randomUUID() },
      { name: "files", fileName: "acs-ß.log", content: noise(below(3_000) + 1) },
      { name: "acs-calling", fileName: "calls.blog", content: noise(below(3_000) + 1) },
    ];
    return parts.toSorted(() => chance() - 0.5);
  };
  const written = (parts = goodParts()) => writeForm(oneOf(HAND_NAMES), parts);
  const withPart = (part: FormPart) => written([...goodParts(), part].toSorted(() => chance() - 0.5));
  const boundaryOf = ({ contentType }: WrittenForm) => /boundary="?([^"]+)/.exec(contentType)?.[1] ?? "";
  const raw = (head: string, content = "x"): WrittenForm => ({
    contentType: "multipart/form-data; boundary=b",
    body: Buffer.from(`--b\r\n${head}\r\n\r\n${content}\r\n--b--\r\n`, "latin1"),
  });
  const changed = (form: WrittenForm, body: Buffer): WrittenForm => ({ ...form, body });

  const WAYS: Readonly<Record<string, () => WrittenForm & Pick<Mutilated, "headers">>> = {
    "cut anywhere": () => {
      const form = written();
      // What follows the last boundary's two dashes is only its line end.
      const whole = form.body.lastIndexOf("--");
      return changed(form, form.body.subarray(0, below(whole + 2)));
    },
    "the boundary of another": () => {
      const form = written();
      const boundary = boundaryOf(form);
      const other = `${boundary.slice(0, -1)}${boundary.endsWith("x") ? "y" : "x"}`;
      return { ...form, contentType: `multipart/form-data; boundary="${other}"` };
    },
    "a first boundary with a wrong byte": () => {
      const form = written();
      const body = Buffer.from(form.body);
      const at = body.indexOf("--") + below(boundaryOf(form).length + 2);
      body[at] = (body[at] ?? 0) ^ 0x01;
      return changed(form, body);
    },
    "a last boundary with a wrong byte": () => {
      const form = written();
      const body = Buffer.from(form.body);
      const at = body.lastIndexOf("--") - 1 - below(boundaryOf(form).length);
      body[at] = (body[at] ?? 0) ^ 0x01;
      return changed(form, body);
    },
    "a content type that is none": () => ({ ...written(), contentType: oneOf(BAD_CONTENT_TYPES) }),
    "bytes before the first boundary": () => {
      const form = written();
      return changed(form, Buffer.concat([Buffer.from("preamble"), form.body]));
    },
    "bytes after the last boundary": () => {
      const form = written();
      return changed(form, Buffer.concat([form.body, noise(below(2_000)), Buffer.from("!")]));
    },
    "lines that end without CR": () => {
      const form = written([{ name: "text", content: "a" }]);
      return changed(form, Buffer.from(form.body.toString().replaceAll("\r\n", "\n")));
    },
    "10,000 parts": () => written(Array.from({ length: 10_000 }, () => ({ name: "callIds", content: "c" }))),
    "10,000 files": () =>
      written(Array.from({ length: 10_000 }, (_, n) => ({ name: "files", fileName: `${n}.log`, content: "c" }))),
    "a form in a form": () => {
      const inner = written();
      return raw(`Content-Disposition: form-data; name="text"\r\nContent-Type: ${inner.contentType}`, "nested");
    },
    "headers without end": () =>
      raw(`Content-Disposition: form-data; name="text"\r\nX-Large: ${"h".repeat(9_000 + below(300_000))}`),
    "a thousand headers": () =>
      raw(`Content-Disposition: form-data; name="text"\r\n${"X: y\r\n".repeat(1_000).trimEnd()}`),
    "seventeen headers": () =>
      raw(
        `Content-Disposition: form-data; name="text"\r\n${Array.from({ length: 17 }, (_, n) => `X-${n}: y`).join("\r\n")}`,
      ),
    "headers that are none": () => raw(oneOf(BAD_HEADERS)),
    "headers that are not UTF-8": () => raw('Content-Disposition: form-data; name="files"; filename="\xff\xfe.log"'),
    "no headers": () => raw(""),
    "no parts": () => ({ contentType: "multipart/form-data; boundary=b", body: Buffer.from("--b--\r\n") }),
    "no body": () => ({ contentType: "multipart/form-data; boundary=b", body: Buffer.alloc(0) }),
    noise: () => changed(written(), noise(below(5_000))),
    "a name that leads elsewhere": () =>
      withPart({ name: "files", fileName: oneOf(BAD_FILE_NAMES), content: noise(below(100) + 1) }),
    "a collector that is none": () =>
      withPart({ name: oneOf(["App Log", "../app", "ü", "x".repeat(41), ""]), fileName: "c.log", content: "c" }),
    "bytes without a name": () => withPart({ name: "files", fileName: "", content: "c" }),
    "the same file twice": () => {
      const parts = goodParts();
      return written([...parts, ...parts.filter(({ fileName }) => fileName !== undefined)]);
    },
    "a field that nobody knows": () =>
      withPart({ name: oneOf(["subjekt", "__proto__", "constructor", "", "text\0"]), content: "x" }),
    "a field that is too long": () => withPart({ name: "text", content: "x".repeat(65_537 + below(100_000)) }),
    "fields that are too long together": () =>
      written(Array.from({ length: 10 }, (_, n) => ({ name: `x${n}`, content: "x".repeat(60_000) }))),
    "a field that is not UTF-8": () => withPart({ name: "subject", content: Uint8Array.of(0xc3, 0x28) }),
    "a field with NUL": () => withPart({ name: "subject", content: "a\0b" }),
    "a field twice": () => {
      const subject = { name: "subject", content: "a" };
      return written([...goodParts(), subject, subject]);
    },
    "a value that cannot be": () =>
      withPart(
        oneOf([
          { name: "ticketId", content: "T-1" },
          { name: "answers", content: "{" },
          { name: "answers", content: '{"a":{"b":1}}' },
          { name: "consentText", content: '"report-1"' },
          { name: "deviceNow", content: "yesterday" },
          { name: "installationId", content: "mine" },
          { name: "callIds", content: "c".repeat(257) },
        ]),
      ),
    "an encoding around it": () => ({ ...written(), headers: { "content-encoding": oneOf(["gzip", "br", "x"]) } }),
  };

  const names = Object.keys(WAYS);
  for (let n = 0; n < count; n += 1) {
    // Each way in turn, so that a small sample has them all.
    const what = names[n % names.length] ?? "";
    const form = WAYS[what]?.() ?? written();
    const cuts = Array.from({ length: below(4) }, () => below(form.body.length + 1)).toSorted((a, b) => a - b);
    yield { ...form, what, cuts };
  }
}
