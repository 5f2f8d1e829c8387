import { connect } from "node:net";
import fc from "fast-check";
import { describe, expect, test as plain } from "vitest";
import { HubError } from "#emulator/hub/hub-error.ts";
import { parseTagExpression } from "#emulator/hub/tag-expression.ts";
import { parseChannelFilter } from "#emulator/registration/channel-filter.ts";
import { parseRegistrationEntry } from "#emulator/registration/parse-registration.ts";
import { parseMultipart } from "#emulator/send/multipart.ts";
import { compileTemplate } from "#emulator/template/compile-template.ts";
import { parseHandles } from "#emulator/wire/batch-operations.ts";
import { parseXml } from "#emulator/wire/parse-xml.ts";
import { test } from "./emulator-test.ts";

const ENTRY =
  '<?xml version="1.0"?><entry xmlns="http://www.w3.org/2005/Atom"><content type="application/xml"><WindowsTemplateRegistrationDescription xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><Tags>a,b</Tags><ChannelUri>https://x/?a=1&amp;b=2</ChannelUri><BodyTemplate><![CDATA[<toast><text id="1">{\'Hi \' + $(m)}</text></toast>]]></BodyTemplate><WnsHeaders><WnsHeader><Header>X-WNS-Type</Header><Value>wns/toast</Value></WnsHeader></WnsHeaders></WindowsTemplateRegistrationDescription></content></entry>';
const BATCH =
  '--b\r\nContent-Type: application/json\r\nContent-Disposition: inline; name=notification\r\n\r\n{"a":"b"}\r\n--b\r\nContent-Disposition: inline; name=devices\r\n\r\n["1","2"]\r\n--b--';
const TEMPLATE = "<toast a=\"$(x)\"><!-- c --><text>{$(a) + 'b' + .(c, 4)}</text><![CDATA[#(d)]]></toast>";
const JSON_TEMPLATE = '{"aps":{"alert":"{$(a) + \' \' + %(b)}","badge":"#(n)","c":["$(d, 3)"]}}';
const EXPRESSION = "(a || b) && !$UserId:{c} || d && e";

/** Every parser that meets a stranger's text, with a good text to spoil. */
const PARSERS: [string, string, (text: string) => unknown][] = [
  ["XML", ENTRY, (text) => parseXml(text, "It")],
  ["registrations", ENTRY, (text) => parseRegistrationEntry(text, true)],
  ["multipart", BATCH, (text) => parseMultipart("multipart/mixed; boundary=b", text)],
  ["boundaries", 'multipart/mixed; boundary = "b"', (text) => parseMultipart(text, BATCH)],
  ["handles", "['a', \"b\"]", parseHandles],
  ["XML templates", TEMPLATE, (text) => compileTemplate("xml", text)(() => '<&">')],
  ["JSON templates", JSON_TEMPLATE, (text) => compileTemplate("json", text)(() => '"\\')],
  ["tag expressions", EXPRESSION, parseTagExpression],
  ["channel filters", "Endpoint eq 'a' and P256DH eq 'b' and Auth eq 'c'", parseChannelFilter],
];

/** 64 KB of what makes a careless parser slow or deep. */
const BULK = [
  "<",
  ">",
  "<a>",
  "<a b='",
  '"',
  "'",
  "&",
  "&#",
  "&amp;",
  "]]>",
  "<![CDATA[",
  "<!--",
  "(",
  "!",
  "a||",
  "{",
  "[",
  "$(",
  "{$(a)+",
  "\r\n--b\r\n",
  "\n--",
  "\\",
  " eq '",
  " and a eq '",
  "\\u",
  "\u0000",
  "é",
].map((piece) => piece.repeat(Math.floor(65_536 / piece.length)));

/** What a parser makes of a text: done or refused; anything else is thrown on. Returns the milliseconds. */
function attempt(parse: (text: string) => unknown, text: string): number {
  const startedAt = performance.now();
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof HubError) || error.status !== 400) throw error;
  }
  return performance.now() - startedAt;
}

describe.for(PARSERS)("the parser of %s", ([, good, parse]) => {
  plain("takes a good text", () => {
    expect(() => parse(good)).not.toThrow();
  });

  plain("takes or refuses whatever comes, and never fails", () => {
    const spoilt = fc
      .tuple(
        fc.nat(good.length),
        fc.nat(good.length),
        fc.oneof(
          fc.string(),
          fc.constantFrom(
            "<",
            ">",
            "&",
            "'",
            '"',
            "\r\n",
            "--b",
            "(",
            ")",
            "{",
            "}",
            "$(",
            "]]>",
            "<![CDATA[",
            "\\",
            "__proto__",
          ),
        ),
      )
      .map(([from, to, piece]) => good.slice(0, Math.min(from, to)) + piece + good.slice(Math.max(from, to)));
    fc.assert(
      fc.property(fc.oneof(spoilt, fc.string({ unit: "binary", maxLength: 200 })), (text) => {
        expect(attempt(parse, text)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1_500 },
    );
  });

  plain("is done with 64 KB of anything within a second, and without much memory", () => {
    const before = process.memoryUsage().heapUsed;
    for (const bulk of BULK) {
      for (const text of [bulk, good + bulk, bulk + good, good.slice(0, good.length / 2) + bulk])
        expect(attempt(parse, text), text.slice(0, 60)).toBeLessThan(1_000);
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(300 * 2 ** 20);
  });
});

test("nothing that is sent makes the server answer 500 or stop", async ({ raw, client }) => {
  const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE");
  const path = fc.oneof(
    fc.constantFrom(
      "installations/i1",
      "registrations",
      "registrations/1-2-3",
      "registrationids",
      "messages",
      "messages?direct",
      "messages/$batch?direct",
      "messages?test",
      "schedulednotifications",
      "jobs",
      "feedbackcontainer",
      "tags/a/registrations",
      "tags/%00/registrations",
      "registrations?$filter=%27&$top=-1",
      "installations/__proto__",
      "/",
      "//",
      "/beckon",
      "/$emulator/../beckon/messages",
    ),
    fc.webPath().filter((each) => each !== ""),
  );
  const headers = fc.record(
    {
      "ServiceBusNotification-Format": fc.constantFrom("apple", "template", "windows", "x", "__proto__", "constructor"),
      "ServiceBusNotification-Tags": fc.constantFrom("a", "(", "!!a", "$UserId:{}", "", "undefined"),
      "Content-Type": fc.constantFrom("application/json", "application/xml", "multipart/mixed; boundary=b", "x"),
      "ServiceBusNotification-ScheduleTime": fc.constantFrom("2030", "x", "1e9"),
      "If-Match": fc.constantFrom("*", '"1"', "x"),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.constantFrom(
      ENTRY,
      BATCH,
      TEMPLATE,
      JSON_TEMPLATE,
      "",
      "{}",
      "[]",
      "null",
      '[{"op":"add","path":"/tags","value":"a"}]',
      '{"installationId":"i1","platform":"apns","pushChannel":"00"}',
      '{"__proto__":"x"}',
    ),
    fc.uint8Array({ maxLength: 100 }),
    fc.json(),
  );
  await fc.assert(
    fc.asyncProperty(method, path, headers, body, async (verb, where, fields, content) => {
      const answer = await raw.send({ method: verb, path: where, headers: fields, body: content });
      expect(answer.status, answer.body).toBeLessThan(500);
      if (answer.status >= 400 && answer.body !== "" && !where.startsWith("/$emulator"))
        expect(answer.body).toContain(`<Code>${answer.status}</Code>`);
    }),
    { numRuns: 600 },
  );
  await client.deleteInstallation("i1");
});

test("clients that talk nonsense or hang up in the middle leave the server as it was", async ({ emulator, client }) => {
  const port = Number(new URL(emulator.url).port);
  const half = "PUT /beckon/installations/i1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{";
  const stream = "GET /$emulator/inbox/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const poll = "GET /$emulator/inbox?waitMs=50000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const texts = [
    "\u0000\u0001\u0002",
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    `GET / HTTP/1.1\r\n${"A".repeat(100_000)}`,
    half,
    stream,
    poll,
  ];
  await Promise.all(texts.map((text) => hangUpAfter(port, text)));
  await expect(client.getInstallation("i1")).rejects.toMatchObject({ statusCode: 404 });
  expect((await fetch(`${emulator.url}/$emulator/health`)).status).toBe(200);
});

/** Says something, waits for whatever comes back or for a moment, and is gone without a goodbye. */
function hangUpAfter(port: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    const leave = (): void => void socket.resetAndDestroy();
    socket.setTimeout(50, leave);
    socket.once("data", leave);
    socket.on("error", () => undefined);
    socket.once("close", () => resolve());
  });
}
