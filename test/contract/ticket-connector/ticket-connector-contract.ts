import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConnectorAnswer, ItemDraft, OutgoingFile, TicketConnector } from "#ports/ticket-connector.ts";

/** A connector, and what people see behind it. */
export interface TicketConnectorWorld {
  readonly connector: TicketConnector;
  /** What people read on the item: title, history, and what hangs on it. */
  look(itemId: string): {
    readonly title: string;
    readonly description: string;
    readonly history: readonly string[];
    readonly hyperlinks: readonly string[];
    readonly files: readonly { readonly name: string; readonly sha256: string }[];
  };
  /** How many items there are. */
  count(): number;
  /** Somebody writes on the item. */
  touch(itemId: string): void;
  close(): Promise<void>;
}

const signal = new AbortController().signal;
let number = 0;

export function aDraft(change: Partial<ItemDraft> = {}): ItemDraft {
  number += 1;
  return {
    number,
    subject: "Calls drop after a minute",
    description: "Since the update",
    callIds: ["call-1"],
    webUrl: `https://beckon.example/tickets/0195a1b2-c3d4-7e5f-8a6b-${String(number).padStart(12, "0")}`,
    ...change,
  };
}

/** A file whose bytes come in pieces; `reads` are the parts that were asked for. */
export function aFile(name: string, bytes: Uint8Array) {
  const reads: { offset: number; lengthBytes: number }[] = [];
  const file: OutgoingFile = {
    name,
    sizeBytes: bytes.length,
    async read(part) {
      reads.push(part);
      const { offset, lengthBytes } = part;
      return pieces(bytes.subarray(offset, offset + lengthBytes));
    },
  };
  return { file, reads, sha256: createHash("sha256").update(bytes).digest("hex") };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let offset = 0; offset < bytes.length; offset += 1000) yield bytes.subarray(offset, offset + 1000);
}

/** What was answered. @throws Error when it was refused */
export function valueOf<T>(answer: ConnectorAnswer<T>): T {
  if (answer.kind !== "done") throw new Error(`${answer.kind}: ${answer.reason}`);
  return answer.value;
}

/** What every ticket connector does, whatever is behind it. */
export function describeTicketConnector(name: string, open: () => Promise<TicketConnectorWorld>): void {
  describe(`${name} is a ticket connector`, () => {
    let world: TicketConnectorWorld;
    let connector: TicketConnector;
    beforeAll(async () => {
      world = await open();
      ({ connector } = world);
    });
    afterAll(() => world.close());

    const made = async (change?: Partial<ItemDraft>) => {
      const draft = aDraft(change);
      return { draft, item: valueOf(await connector.createItem(draft, signal)) };
    };

    test("a ticket becomes an item that says what the ticket says, and leads back to it", async () => {
      const { draft, item } = await made({ description: `It says "a < b" & fails\nin the second line` });
      const seen = world.look(item.id);
      expect(seen.title).toContain(draft.subject);
      expect(seen.title).toContain(String(draft.number));
      expect(seen.description).toContain("a &lt; b");
      expect(seen.description).toContain("call-1");
      expect(seen.hyperlinks).toEqual([draft.webUrl]);
      expect(item.holds(draft.webUrl)).toBe(true);
      expect(new URL(item.url).href).toContain(item.id);
      expect(valueOf(await connector.readItem(item.id, signal))).toMatchObject({ id: item.id, version: item.version });
    });

    test("text that would be markup there stays text", async () => {
      const { item } = await made({ subject: "<b>bold</b>", description: "<script>alert(1)</script>" });
      const { description } = world.look(item.id);
      expect(description).not.toContain("<script>");
      expect(description).toContain("&lt;script&gt;");
    });

    test("the item of a draft is found again, and nobody else's", async () => {
      const { draft, item } = await made();
      const twin = aDraft({ number: draft.number });
      expect(valueOf(await connector.findItem(draft, signal))?.id).toBe(item.id);
      expect(valueOf(await connector.findItem(twin, signal))).toBeUndefined();
      expect(valueOf(await connector.findItem(aDraft(), signal))).toBeUndefined();
    });

    test("what is told stands in the history, once for each version that it was written for", async () => {
      const { draft, item } = await made();
      const url = `${draft.webUrl}#12.34`;
      const change = { comments: [{ text: "The user agreed.\n<i>", url }] };
      const told = valueOf(await connector.changeItem(item, change, signal));
      expect(told.version).toBeGreaterThan(item.version);
      expect((await connector.changeItem(item, change, signal)).kind).toBe("changed");
      const { history } = world.look(item.id);
      expect(history.filter((text) => text.includes("The user agreed."))).toHaveLength(1);
      expect(history.join()).toContain("&lt;i&gt;");
      expect(valueOf(await connector.hasTold(item.id, told.version, url, signal))).toBe(true);
      expect(valueOf(await connector.hasTold(item.id, told.version, `${url}5`, signal))).toBe(false);
      expect(valueOf(await connector.hasTold(item.id, item.version, url, signal))).toBe(false);
    });

    test("a file hangs on the item with all its bytes, and comes off again", async () => {
      const { item } = await made();
      const { file, sha256 } = aFile("a log/of: today?.blog", randomBytes(70_001));
      const ref = valueOf(await connector.upload(file, signal)) ?? "";
      expect(item.holds(ref)).toBe(false);
      const add = [{ shownAs: "attachment", ref, note: "shared" } as const];
      const there = valueOf(await connector.changeItem(item, { add }, signal));
      expect(there.holds(ref)).toBe(true);
      expect(there.attachments).toBe(1);
      expect(world.look(item.id).files).toEqual([{ name: expect.stringContaining("today"), sha256 }]);
      const gone = valueOf(await connector.changeItem(there, { remove: [ref] }, signal));
      expect(gone.holds(ref)).toBe(false);
      expect(world.look(item.id).files).toEqual([]);
      expect(valueOf(await connector.discard(ref, signal))).toBe("deleted");
    });

    test("of many things that hang there, those come off that are meant", async () => {
      const { draft, item } = await made();
      const links = [1, 2, 3, 4].map((index) => `https://beckon.example/files/${draft.number}-${index}`);
      const add = links.map((ref) => ({ shownAs: "hyperlink", ref, note: "too large" }) as const);
      const there = valueOf(await connector.changeItem(item, { add }, signal));
      const [first = "", second = "", third = "", fourth = ""] = links;
      const left = valueOf(
        await connector.changeItem(there, { remove: [third, first, "https://never.there/"] }, signal),
      );
      expect(world.look(item.id).hyperlinks).toEqual([draft.webUrl, second, fourth]);
      expect([first, second, third, fourth].map(left.holds)).toEqual([false, true, false, true]);
    });

    test("an empty file, and one of whatever name, arrive", async () => {
      for (const [name, size] of [
        ["empty.log", 0],
        [`${"界".repeat(255)}`, 10],
        ["\ud800 half\u0000", 5],
      ] as const) {
        const { file } = aFile(name, randomBytes(size));
        expect(valueOf(await connector.upload(file, signal))).toBeTypeOf("string");
      }
    });

    test("a file that went meanwhile leaves nothing to hang", async () => {
      const gone: OutgoingFile = { name: "gone.log", sizeBytes: 10, read: async () => undefined };
      expect(valueOf(await connector.upload(gone, signal))).toBeUndefined();
    });

    test("a change to what somebody else changed is refused, and works on what stands then", async () => {
      const { draft, item } = await made();
      world.touch(item.id);
      const change = { comments: [{ text: "Declined.", url: `${draft.webUrl}#1.1` }] };
      expect((await connector.changeItem(item, change, signal)).kind).toBe("changed");
      const now = valueOf(await connector.readItem(item.id, signal));
      expect((await connector.changeItem(now, change, signal)).kind).toBe("done");
    });

    test("an item that is not there is the operator's to mend", async () => {
      expect((await connector.readItem("999999", signal)).kind).toBe("operator");
    });

    test("a caller that gives up is answered, and has not done it", async () => {
      const before = world.count();
      const answer = await connector.createItem(aDraft(), AbortSignal.abort());
      expect(answer.kind).toBe("later");
      expect(world.count()).toBe(before);
    });

    test("that all is well can be asked", async () => {
      await expect(connector.check(signal)).resolves.toBeUndefined();
    });
  });
}
