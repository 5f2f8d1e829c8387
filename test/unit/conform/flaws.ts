import { randomUUID } from "node:crypto";
import type { RuleName } from "#app/conform/rules.ts";
import { uploadBlocks } from "#sdk/upload-blocks.ts";
import { answer, type Flaw, type SdkApp, type Send, type WireAnswer, type WireCall } from "./sdk-app.ts";

/** An app that is broken in one way: the scenario that meets it, and the one rule that it breaks there. */
export interface BrokenApp extends Flaw {
  readonly what: string;
  readonly scenario: string;
  readonly rule: RuleName;
}

type Wire = (call: WireCall, send: Send, app: SdkApp) => Promise<WireAnswer>;

const is = (verb: string) => (call: WireCall) => call.path.endsWith(`:${verb}`);
const isList = ({ method, path }: WireCall) => method === "GET" && path.startsWith("/v1/me/log-requests?");
const isUpload = ({ bytes }: WireCall) => bytes !== undefined;
const isBlock = ({ url }: WireCall) => url.includes("comp=block&");
const isBlockList = ({ url }: WireCall) => url.includes("comp=blocklist");
const isInstallation = ({ path }: WireCall) => path.startsWith("/v1/installations/");

/** Changes these calls alone. */
const where =
  (fits: (call: WireCall) => boolean, wire: Wire): Wire =>
  (call, send, app) =>
    fits(call) ? wire(call, send, app) : send();

/** Sends these calls with another body. */
const rewrite = (fits: (call: WireCall) => boolean, change: (json: Record<string, unknown>) => void): Wire =>
  where(fits, (call, send) => {
    const json = structuredClone(call.json ?? {});
    change(json);
    return send({ json });
  });

/** Hands the app another answer than came. */
const misread = (fits: (call: WireCall) => boolean, change: (body: Record<string, never>) => unknown): Wire =>
  where(fits, async (_call, send) => {
    const came = await send();
    if (came.status >= 300) return came;
    return { ...came, text: JSON.stringify(change(JSON.parse(came.text) as Record<string, never>)) };
  });

interface Listed {
  value: { id: string; state: string; answerBy: string; snoozedUntil?: string }[];
  nextLink?: string;
}

const filesOf = (json: Record<string, unknown>) => json["files"] as Record<string, unknown>[];

/** One for each rule at least: a rule that no app breaks here would be no check. */
export const BROKEN_APPS: readonly BrokenApp[] = [
  {
    what: "never registers",
    scenario: "share",
    rule: "registers",
    wire: where(isInstallation, async () => answer(200)),
  },
  {
    what: "reads the first page only",
    scenario: "pages",
    rule: "all-pages",
    wire: misread(isList, ({ nextLink: _left, ...page }) => page),
  },
  {
    what: "cannot read an answer that holds a state it does not know",
    scenario: "newer-server",
    rule: "ignores-unknown",
    wire: where(isList, async (_call, send) => {
      const came = await send();
      if (came.text.includes("pondered")) throw new TypeError("no such state");
      return came;
    }),
  },
  {
    what: "asks about a request in a state that it does not know",
    scenario: "newer-server",
    rule: "ignores-unknown",
    wire: where(isList, async (call, send) => {
      const came = await send();
      const stranger = (JSON.parse(came.text) as Listed).value.find(({ state }) => state === "pondered");
      const url = call.url.replace(/\/v1\/.*/, `/v1/log-requests/${stranger?.id}:seen`);
      const headers = { ...call.headers, "Content-Type": "application/json" };
      if (stranger) await send({ method: "POST", url, headers, json: {} });
      return came;
    }),
  },
  {
    what: "shares and never says that the prompt was shown",
    scenario: "share",
    rule: "says-seen",
    wire: where(is("seen"), async () => answer(200)),
  },
  {
    what: "freezes its files anew when an answer was lost",
    scenario: "lost-answer",
    rule: "same-answer-again",
    wire: rewrite(is("consent"), (json) => {
      for (const file of filesOf(json)) file["name"] = `${randomUUID()}.log`;
    }),
  },
  {
    what: "says seen in the name of no installation",
    scenario: "share",
    rule: "seen-names-installation",
    wire: rewrite(is("seen"), (json) => delete json["installationId"]),
  },
  {
    what: "shows only a question",
    scenario: "share",
    rule: "prompt-complete",
    person: { "prompt-complete": false },
  },
  {
    what: "shares as soon as the prompt is open",
    scenario: "share",
    rule: "person-decides",
    person: { "prompt-complete": true },
    deeds: {
      async open(app) {
        await app.beckon().review(app.requestId());
        await app.post("seen", { installationId: app.installationId });
        await app.beckon().share(app.requestId());
      },
      share: async () => undefined,
    },
  },
  {
    what: "asks again although it was put off",
    scenario: "later",
    rule: "quiet-while-snoozed",
    deeds: { foreground: async (app, sound) => (await sound(), app.post("seen")) },
  },
  {
    what: "forgets what was put off",
    scenario: "later",
    rule: "comes-back",
    wire: misread(isList, (page) => {
      const { value, ...rest } = page as unknown as Listed;
      return { ...rest, value: value.filter(({ snoozedUntil }) => snoozedUntil === undefined) };
    }),
  },
  {
    what: "leaves the prompt on the screen",
    scenario: "closed",
    rule: "prompt-gone",
    person: { "prompt-gone": false },
  },
  {
    what: "raises the prompt of a request that was cancelled",
    scenario: "closed",
    rule: "no-prompt-after-close",
    deeds: { foreground: async (app, sound) => (await sound(), app.post("seen")) },
  },
  {
    what: "shows one person's request to another",
    scenario: "other-user",
    rule: "own-requests-only",
    deeds: { changeUser: async (app, sound) => (await sound(), app.post("seen")) },
  },
  {
    what: "forgets at sign-out what the person decided",
    scenario: "other-user-upload",
    rule: "waits-for-its-user",
    deeds: { changeUser: async (app, sound) => (app.forget(), sound()) },
  },
  {
    what: "leaves the registration with the person who signed out",
    scenario: "other-user",
    rule: "moves-registration",
    wire: where(isInstallation, async (call, send, app) =>
      app.signedIn() === "ann" && call.method === "PUT" ? send() : answer(200),
    ),
  },
  {
    what: "takes a 401 for the end",
    scenario: "token",
    rule: "token-again",
    wire: where(isList, async (_call, send) => {
      const came = await send();
      return came.status === 401 ? { ...came, status: 403 } : came;
    }),
  },
  {
    what: "hides what has run out by its own clock",
    scenario: "clock-off",
    rule: "asks-the-server-clock",
    wire: misread(isList, (page) => {
      const { value } = page as unknown as Listed;
      return { value: value.filter(({ answerBy }) => Date.parse(answerBy) > Date.now()) };
    }),
  },
  {
    what: "asks for links again and again by its own clock",
    scenario: "clock-off",
    rule: "asks-the-server-clock",
    wire: where(isUpload, async (_call, _send, app) => {
      for (let i = 0; i < 3; i++) await app.post("createUploadLinks");
      return answer(400);
    }),
  },
  {
    what: "sends members that the API does not know",
    scenario: "share",
    rule: "contract",
    wire: rewrite(is("seen"), (json) => (json["screen"] = "large")),
  },
  {
    what: "calls what is not there",
    scenario: "share",
    rule: "contract",
    deeds: { start: async (app, sound) => (await sound(), app.post("shown")) },
  },
  {
    what: "sends another hash of the text",
    scenario: "share",
    rule: "text-as-shown",
    wire: rewrite(is("consent"), (json) => {
      json["consentText"] = { ...(json["consentText"] as object), sha256: "0".repeat(64) };
    }),
  },
  {
    what: "shares what was not asked for",
    scenario: "share",
    rule: "within-request",
    wire: rewrite(is("consent"), (json) => {
      for (const file of filesOf(json)) file["collector"] = "photos";
    }),
  },
  {
    what: "answers again after it was refused for good",
    scenario: "answered-elsewhere",
    rule: "refusal-ends",
    wire: where(is("consent"), async (_call, send) => ((await send()).status === 409 ? send() : answer(500))),
  },
  {
    what: "uploads other bytes than it announced",
    scenario: "share",
    rule: "announced-bytes",
    wire: where(isUpload, (call, send) => send({ bytes: Buffer.alloc(call.bytes?.length ?? 0, "x") })),
  },
  {
    what: "uploads the log as it has grown by the next start",
    scenario: "restart",
    rule: "announced-bytes",
    wire: where(isUpload, (call, send) =>
      send({ bytes: Buffer.concat([call.bytes ?? Buffer.alloc(0), Buffer.from("written after the prompt\n")]) }),
    ),
  },
  {
    what: "announces another hash",
    scenario: "share",
    rule: "announced-bytes",
    wire: rewrite(is("consent"), (json) => {
      for (const file of filesOf(json)) file["sha256"] = "0".repeat(64);
    }),
  },
  {
    what: "leaves a header of the link out",
    scenario: "share",
    rule: "given-headers",
    wire: where(isUpload, ({ headers }, send) => {
      const { "if-none-match": _left, ...rest } = headers;
      return send({ headers: rest });
    }),
  },
  {
    what: "sends its token to the file store",
    scenario: "share",
    rule: "token-stays-home",
    wire: where(isUpload, ({ headers }, send) => send({ headers: { ...headers, Authorization: "Bearer ann" } })),
  },
  {
    what: "tries a link again that was refused",
    scenario: "expired-links",
    rule: "new-links-after-403",
    wire: where(isUpload, async (_call, send) => {
      const came = await send();
      return came.status === 403 ? send() : came;
    }),
  },
  {
    what: "gives up a file whose link was refused",
    scenario: "expired-links",
    rule: "new-links-after-403",
    wire: where(isUpload, async (call, send, app) => {
      const came = await send();
      const fileId = call.path.slice("/blobs/".length);
      if (came.status === 403) await app.post("complete", { files: [{ fileId, outcome: "given_up" }] });
      return came;
    }),
  },
  {
    what: "gives up a file whose upload had no answer",
    scenario: "lost-upload",
    rule: "finds-out",
    wire: rewrite(is("complete"), (json) => {
      for (const file of filesOf(json)) file["outcome"] = "given_up";
    }),
  },
  {
    what: "does not look at what is there already",
    scenario: "403-after-success",
    rule: "there-is-uploaded",
    wire: misread(is("createUploadLinks"), (body) => ({ ...body, there: [] })),
  },
  {
    what: "takes a file that is there for one that failed",
    scenario: "409-after-success",
    rule: "exists-is-uploaded",
    wire: rewrite(is("complete"), (json) => {
      for (const file of filesOf(json)) file["outcome"] = "given_up";
    }),
  },
  {
    what: "never says how the uploads ended",
    scenario: "share",
    rule: "tells-outcome",
    wire: where(is("complete"), async () => answer(200, { state: "uploaded", files: [] })),
  },
  {
    what: "says that it uploaded what it did not",
    scenario: "share",
    rule: "tells-truth",
    wire: where(isUpload, async () => answer(201)),
  },
  {
    what: "waits for links that nobody sends by themselves",
    scenario: "store-away",
    rule: "asks-for-links",
    wire: where(is("createUploadLinks"), async () => answer(409, { error: { code: "request_closed", message: "" } })),
  },
  {
    what: "takes a 503 for the end",
    scenario: "busy",
    rule: "tries-again",
    wire: where(is("consent"), async (_call, send) => {
      const came = await send();
      return came.status === 503 ? { ...came, status: 400 } : came;
    }),
  },
  {
    what: "tries again at once, whatever it is told",
    scenario: "busy",
    rule: "waits-as-told",
    clock: { sleep: () => Promise.resolve() },
  },
  {
    what: "forgets over a restart what the person decided",
    scenario: "restart",
    rule: "finishes-after-restart",
    deeds: { kill: async (app, sound) => (app.forget(), sound()) },
  },
  {
    what: "goes on uploading what was taken back",
    scenario: "take-back",
    rule: "stops-after-take-back",
    deeds: { takeBack: (app) => app.post("withdraw") },
  },
  {
    what: "goes on uploading what was cancelled",
    scenario: "cancelled-upload",
    rule: "stops-when-over",
    wire: where(is("createUploadLinks"), async (_call, send) => {
      const came = await send();
      if (came.status === 409) await send();
      return came;
    }),
  },
  {
    what: "sends blocks by a link for a whole file",
    scenario: "share",
    rule: "blocks-where-offered",
    wire: where(isUpload, ({ url }, send) => send({ url: `${url}&comp=block&blockid=MDAwMQ==`, headers: {} })),
  },
  {
    what: "gives blocks ids that are not Base64",
    scenario: "blocks",
    rule: "block-ids",
    wire: where(isBlock, ({ url }, send) => send({ url: url.replace("blockid=", "blockid=part-") })),
  },
  {
    what: "gives the second block a longer id than the first",
    scenario: "blocks",
    rule: "block-ids",
    wire: where(isBlock, ({ url }, send) => send({ url: url.replace(/(blockid=\d+1)$/, "$10000") })),
  },
  {
    what: "names a block that it never sent",
    scenario: "blocks",
    rule: "block-list",
    wire: where(isBlockList, ({ bytes }, send) =>
      send({
        bytes: Buffer.from(bytes?.toString().replace("</BlockList>", "<Latest>MDAwMQ==</Latest></BlockList>") ?? ""),
      }),
    ),
  },
  {
    what: "names its blocks in the wrong order",
    scenario: "blocks",
    rule: "announced-bytes",
    wire: where(isBlockList, ({ bytes }, send) => {
      const ids = [...(bytes?.toString().matchAll(/<Latest>\w+<\/Latest>/g) ?? [])].map(([id]) => id);
      return send({ bytes: Buffer.from(`<BlockList>${ids.toReversed().join("")}</BlockList>`) });
    }),
  },
  {
    what: "sends its list of blocks without the link's headers",
    scenario: "blocks",
    rule: "given-headers",
    wire: where(isBlockList, (_call, send) => send({ headers: {} })),
  },
  {
    what: "sends a whole file by a link for blocks and does not say what it sends",
    scenario: "blocks",
    rule: "given-headers",
    uploadBlocks: (source, { url, headers }, options) => options.upload(source, url, headers, options),
  },
  {
    what: "begins with the first block again at every start",
    scenario: "blocks",
    rule: "goes-on-with-blocks",
    uploadBlocks: (source, link, options) => uploadBlocks(source, link, { ...options, thereBytes: 0 }),
  },
  {
    what: "begins again with the first block, which it gives another id",
    scenario: "blocks",
    rule: "goes-on-with-blocks",
    uploadBlocks: (source, link, options) =>
      uploadBlocks(source, { ...link, url: `${link.url}&run=${randomUUID()}` }, { ...options, thereBytes: 0 }),
    wire: where(isUpload, ({ url, bytes }, send) => {
      // All ids as long as before: eight digits of the run in place of the size and the index's zeros.
      const run = /run=(\w{8})/.exec(url)?.[1] ?? "";
      const renamed = (text: string) => text.replaceAll(/\b0{3}20{7}(\d)\b/g, `${run}000$1`);
      return isBlockList({ url } as WireCall)
        ? send({ bytes: Buffer.from(renamed(bytes?.toString() ?? "")) })
        : send({ url: renamed(url) });
    }),
  },
  {
    what: "sends the whole file after a break, although blocks of it are there",
    scenario: "blocks",
    rule: "goes-on-with-blocks",
    uploadBlocks(source, link, options) {
      if (options.thereBytes === 0 || options.thereBytes >= source.sizeBytes)
        return uploadBlocks(source, link, options);
      return options.upload(source, link.url, { ...link.headers, "x-ms-blob-type": "BlockBlob" }, options);
    },
  },
  {
    what: "asks for a test push to somebody else's installation",
    scenario: "test-push",
    rule: "tests-own-installation",
    wire: where(is("testPush"), (call, send) =>
      send({ url: call.url.replace(/installations\/[^:]+/, `installations/${randomUUID()}`) }),
    ),
  },
  {
    what: "shows a test push and never notes that it arrived",
    scenario: "test-push",
    rule: "shows-test-push",
    tells: (links) => links.map((one) => (one.state === "broken" ? one : { ...one, state: "unknown" })),
  },
  {
    what: "says that its pushes are well, whatever the server says",
    scenario: "test-push",
    rule: "names-broken-link",
    tells: (links) => links.map((one) => ({ ...one, state: "ok" })),
  },
];
