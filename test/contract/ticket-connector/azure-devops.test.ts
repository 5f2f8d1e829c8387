import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTicketConnector, type TicketConnectorOptions } from "#adapters/azure-devops/create-ticket-connector.ts";
import type { ConnectorAnswer, OutgoingFile } from "#ports/ticket-connector.ts";
import { startAzureDevOps, type AzureDevOps, type Fault } from "#test/support/azure-devops/start-azure-devops.ts";
import { aDraft, aFile, describeTicketConnector, valueOf } from "./ticket-connector-contract.ts";

const signal = new AbortController().signal;
const MIB = 1024 * 1024;

function connectorOf(devops: AzureDevOps, change: Partial<TicketConnectorOptions> = {}) {
  return createTicketConnector({
    organizationUrl: devops.url,
    project: devops.project,
    workItemType: "Task",
    credential: { kind: "personal-access-token", token: devops.token },
    attachmentLimitBytes: 60_000_000,
    states: { open: "Active", solved: "Resolved" },
    locale: "en",
    clock: { now: () => Date.now() },
    ...change,
  });
}

describeTicketConnector("Azure DevOps, by its REST API,", async () => {
  const devops = await startAzureDevOps();
  return {
    connector: connectorOf(devops),
    look(itemId) {
      const { id, fields, relations } = devops.items.get(Number(itemId));
      const urls = (rel: string) => relations.filter((relation) => relation.rel === rel).map(({ url }) => url);
      return {
        title: fields["System.Title"] ?? "",
        description: fields["System.Description"] ?? "",
        history: devops.items.history(id),
        hyperlinks: urls("Hyperlink"),
        files: urls("AttachedFile").map((url) => {
          const { fileName = "", sha256 = "" } = devops.attachments.find(url.slice(-36)) ?? {};
          return { name: fileName, sha256 };
        }),
      };
    },
    count: () => devops.items.all().length,
    touch: (itemId) => devops.items.touch(Number(itemId), { "System.History": "I look into it" }),
    close: () => devops.close(),
  };
});

describe("Azure DevOps", () => {
  let devops: AzureDevOps;
  beforeAll(async () => {
    devops = await startAzureDevOps();
  });
  afterAll(() => devops.close());
  beforeEach(() => devops.reset());

  const answers: readonly [string, NonNullable<Fault["answer"]>, Partial<ConnectorAnswer<never>>][] = [
    [
      "429 with Retry-After",
      { status: 429, headers: { "retry-after": "7" } },
      { kind: "later", status: 429, retryAfterSeconds: 7 },
    ],
    ["429 without", { status: 429 }, { kind: "later", status: 429 }],
    ["503 with Retry-After", { status: 503, headers: { "retry-after": "2" } }, { kind: "later", retryAfterSeconds: 2 }],
    ["500", { status: 500 }, { kind: "later", status: 500 }],
    ["408", { status: 408 }, { kind: "later", status: 408 }],
    ["401", { status: 401 }, { kind: "operator", status: 401 }],
    ["403", { status: 403 }, { kind: "operator", status: 403 }],
    ["404", { status: 404 }, { kind: "operator", status: 404 }],
    [
      "a redirect to a sign-in page",
      { status: 302, headers: { location: "https://app.vssps.visualstudio.com/_signin" } },
      { kind: "operator", status: 302 },
    ],
    ["a sign-in page", { status: 203, body: "<html>Sign In</html>" }, { kind: "operator", status: 203 }],
    ["a page that says that all is well", { status: 200, body: "<html>OK</html>" }, { kind: "operator" }],
    ["409", { status: 409 }, { kind: "changed", status: 409 }],
    ["412", { status: 412 }, { kind: "changed", status: 412 }],
    ["400", { status: 400 }, { kind: "never", status: 400 }],
    ["413", { status: 413 }, { kind: "never", status: 413 }],
    ["422", { status: 422 }, { kind: "never", status: 422 }],
  ];
  test.for(answers)("%s is understood", async ([, answer, expected]) => {
    devops.fail({ on: /POST .*\$Task/, answer });
    expect(await connectorOf(devops).createItem(aDraft(), signal)).toMatchObject(expected);
    expect(devops.items.all()).toEqual([]);
  });

  test("what it says is not repeated, but for its error number", async () => {
    const body = {
      message: "TF401320: Rule Error for field Severity of Ada Lovelace",
      typeKey: "RuleValidationException",
    };
    devops.fail({ on: /POST .*\$Task/, answer: { status: 400, body } });
    const answer = await connectorOf(devops).createItem(aDraft(), signal);
    expect(answer).toEqual({
      kind: "never",
      status: 400,
      reason: "Azure DevOps does not take this as it is (400, TF401320, RuleValidationException).",
    });
  });

  test("a connection that is cut is tried later, and an item whose making was never answered is found", async () => {
    const draft = aDraft();
    devops.fail({ on: /POST .*\$Task/, done: true });
    const connector = connectorOf(devops);
    expect(await connector.createItem(draft, signal)).toMatchObject({ kind: "later" });
    expect(valueOf(await connector.findItem(draft, signal))?.id).toBe("1");
  });

  test("a service that is silent is not waited for longer than was said", async () => {
    const { reached, go } = devops.hold(/GET/);
    const answer = connectorOf(devops, { timeoutMs: 50 }).readItem("1", signal);
    await reached;
    expect(await answer).toEqual({ kind: "later", reason: "Azure DevOps was silent for 0.05 s." });
    go();
  });

  test("after a wait that it asked for, nothing is sent until it is over", async () => {
    let now = 1_000_000;
    const connector = connectorOf(devops, { clock: { now: () => now } });
    devops.fail({ on: /GET/, answer: { status: 429, headers: { "retry-after": "30" } } });
    await connector.readItem("1", signal);
    now += 10_000;
    expect(await connector.createItem(aDraft(), signal)).toMatchObject({ kind: "later", retryAfterSeconds: 20 });
    expect(devops.calls).toHaveLength(1);
    now += 20_000;
    expect((await connector.createItem(aDraft(), signal)).kind).toBe("done");
  });

  test("a token of Microsoft Entra ID is asked for Azure DevOps, and sent as a bearer's", async () => {
    const scopes: unknown[] = [];
    const connector = connectorOf(devops, {
      credential: {
        kind: "entra",
        tokenCredential: {
          async getToken(scope) {
            scopes.push(scope);
            return { token: devops.entraToken, expiresOnTimestamp: Date.now() + 3_600_000 };
          },
        },
      },
    });
    expect((await connector.createItem(aDraft(), signal)).kind).toBe("done");
    expect(scopes).toEqual(["499b84ac-1321-427f-aa17-267ca6975798/.default"]);
  });

  test("an identity that gets no token is the operator's to mend", async () => {
    const tokenCredential = { getToken: () => Promise.reject(new Error("ManagedIdentityCredential: no secret here")) };
    const answer = await connectorOf(devops, { credential: { kind: "entra", tokenCredential } }).readItem("1", signal);
    expect(answer).toMatchObject({ kind: "operator", reason: "Microsoft Entra ID gave no token for Azure DevOps." });
  });

  test.for(["readItem", "changeItem"] as const)(
    "a token that is over is the operator's to mend (%s)",
    async (method) => {
      const item = valueOf(await connectorOf(devops).createItem(aDraft(), signal));
      const connector = connectorOf(devops, { credential: { kind: "personal-access-token", token: "over" } });
      const answer =
        method === "readItem"
          ? await connector.readItem(item.id, signal)
          : await connector.changeItem(item, { state: "solved" }, signal);
      expect(answer).toMatchObject({ kind: "operator" });
      expect(JSON.stringify(answer)).not.toContain('over"');
    },
  );

  test("a large file goes in chunks, one after the other, and arrives whole", async () => {
    const connector = connectorOf(devops, { uploadSizes: { simpleMaxBytes: 5_000, chunkBytes: 4_096 } });
    const { file, reads, sha256 } = aFile("large.blog", randomBytes(10_000));
    valueOf(await connector.upload(file, signal));
    expect(devops.attachments.all()).toMatchObject([{ sizeBytes: 10_000, sha256, chunks: 3 }]);
    expect(reads).toEqual([
      { offset: 0, lengthBytes: 4_096 },
      { offset: 4_096, lengthBytes: 4_096 },
      { offset: 8_192, lengthBytes: 1_808 },
    ]);
  });

  test("a chunk that is refused ends the upload, and nothing hangs anywhere", async () => {
    const connector = connectorOf(devops, { uploadSizes: { simpleMaxBytes: 5_000, chunkBytes: 4_096 } });
    devops.fail({ on: /PUT/, answer: { status: 503 } });
    expect(await connector.upload(aFile("large.blog", randomBytes(10_000)).file, signal)).toMatchObject({
      kind: "later",
    });
    expect(devops.attachments.all().flatMap(({ sha256 }) => sha256 ?? [])).toEqual([]);
  });

  test("more than it takes is refused for good", async () => {
    devops.attachments.limitBytes = 1_000;
    expect(await connectorOf(devops).upload(aFile("a.log", randomBytes(1_001)).file, signal)).toMatchObject({
      kind: "never",
    });
    devops.attachments.limitBytes = 60 * MIB;
  });

  test("bytes are read as the service takes them, not ahead of it", async () => {
    const chunk = randomBytes(64 * 1024);
    const sizeBytes = 48 * MIB;
    let read = 0;
    let ahead = 0;
    const file: OutgoingFile = {
      name: "long.blog",
      sizeBytes,
      read: async () =>
        (async function* bytes() {
          for (; read < sizeBytes; read += chunk.length) {
            ahead = Math.max(ahead, read - devops.attachments.received);
            yield chunk;
          }
        })(),
    };
    valueOf(await connectorOf(devops).upload(file, signal));
    expect(devops.attachments.received).toBe(sizeBytes);
    // What the two sockets' buffers hold, whatever the file's size.
    expect(ahead).toBeLessThan(12 * MIB);
  });

  test("bytes that cannot be read are not the service's trouble", async () => {
    const broken = new Error("the store is away");
    const file: OutgoingFile = {
      name: "a.log",
      sizeBytes: 100,
      read: async () =>
        (async function* bytes() {
          yield randomBytes(10);
          throw broken;
        })(),
    };
    await expect(connectorOf(devops).upload(file, signal)).rejects.toBe(broken);
    expect(devops.attachments.all()).toEqual([]);
  });

  test("a ticket's state becomes the work item's, where it has one for it", async () => {
    const connector = connectorOf(devops);
    const item = valueOf(await connector.createItem(aDraft(), signal));
    valueOf(await connector.changeItem(item, { state: "solved" }, signal));
    expect(devops.items.get(1).fields["System.State"]).toBe("Resolved");
    expect([connector.takesState("solved"), connector.takesState("closed")]).toEqual([true, false]);
  });

  test("bytes that it will not delete are said to be left", async () => {
    const connector = connectorOf(devops);
    const ref = valueOf(await connector.upload(aFile("a.log", randomBytes(10)).file, signal)) ?? "";
    devops.letDelete(false);
    expect(valueOf(await connector.discard(ref, signal))).toBe("left");
    devops.letDelete(true);
    devops.fail({ on: /DELETE/, answer: { status: 503 } });
    expect(await connector.discard(ref, signal)).toMatchObject({ kind: "later" });
    expect(valueOf(await connector.discard(ref, signal))).toBe("deleted");
  });

  test("a subject of any length and kind fits", async () => {
    const subject = `${"a".repeat(239)}😀\ud800${"b".repeat(60)}`;
    valueOf(await connectorOf(devops).createItem(aDraft({ subject }), signal));
    expect(devops.items.get(1).fields["System.Title"]?.length).toBeLessThanOrEqual(255);
  });

  test.for([
    ["another kind of work item", { workItemType: "Epic" }],
    ["another project", { project: "Nowhere" }],
    ["another organization", { organizationUrl: "" }],
  ] as const)("%s is noticed before anybody needs it", async ([, change]) => {
    const organizationUrl = "organizationUrl" in change ? `${new URL(devops.url).origin}/elsewhere` : devops.url;
    await expect(connectorOf(devops, { ...change, organizationUrl }).check(signal)).rejects.toThrow(/404/);
  });
});
