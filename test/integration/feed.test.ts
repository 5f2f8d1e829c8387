import { describe, expect } from "vitest";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

describe("an agent's feed", () => {
  test("begins with now, tells all that comes in the order of its commits, and says nothing twice", async ({
    world,
  }) => {
    const before = await world.agent.openTicket({ subject: "before" });
    const feed = await world.feed();
    const tickets = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        world.agent.openTicket({ subject: `ticket ${index}`, userId: "someone" }),
      ),
    );
    await Promise.all(tickets.map(({ id: ticketId }) => world.agent.requestLogs({ ticketId, userId: "someone" })));
    // Now begins where every earlier commit is sure to be visible: a fact of the last moment may be told once more.
    const heard = () => feed.events.filter(({ data }) => data.ticketId !== before.id).map(({ id }) => id);
    const stored = await world.sql<{ id: string }>(
      "select xid::text || '.' || sequence as id from ticket_event where ticket_id <> $1 order by xid, sequence",
      [before.id],
    );
    expect(stored).toHaveLength(60);
    await world.until(
      heard,
      stored.map(({ id }) => id),
    );
  });

  test("misses nothing for a console whose connection breaks again and again", async ({ world }) => {
    const whole = await world.feed();
    const heard: string[] = [];
    let writing = true;
    const write = async () => {
      for (let index = 0; index < 40; index += 1) await world.agent.openTicket({ subject: `while breaking ${index}` });
      writing = false;
    };
    const listen = async () => {
      let lastEventId: string | undefined;
      // From where the other feed began, so that both hear the same.
      await world.until(() => whole.events.length > 0, true);
      lastEventId = whole.events[0]?.id;
      while (writing || heard.length < 39) {
        const feed = await world.feed({ lastEventId });
        await world.until(() => feed.events.length > 0, true);
        feed.close();
        await feed.ended;
        heard.push(...feed.events.map(({ id }) => id));
        lastEventId = heard.at(-1);
      }
    };
    await Promise.all([write(), listen()]);
    expect(heard).toHaveLength(39);
    await world.until(() => whole.events.slice(1).map(({ id }) => id), heard);
  });

  test("refuses a place that it never gave, instead of leaving its reader in silence", async ({ world }) => {
    const answer = await world.agent.send("GET", "/v1/feed", { headers: { "last-event-id": "made-up" } });
    expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([400, "invalid_request"]);
  });

  test("is not for devices, nor for anybody without a token", async ({ world }) => {
    const token = await world.tokenOf("beckon-devices", "someone");
    expect((await world.call("GET", "/v1/feed", { token })).status).toBe(401);
    expect((await world.call("GET", "/v1/feed")).status).toBe(401);
  });

  test("ends when the API does, so that consoles go to another", async ({ world }) => {
    const feed = await world.feed();
    await world.stopApi();
    await feed.ended;
    const { url } = await world.startApi();
    expect(url).toContain("http");
    const again = await world.feed({ lastEventId: feed.events.at(-1)?.id });
    await world.agent.openTicket({ subject: "after the restart" });
    await world.until(() => again.events.length, 1);
  });
});
