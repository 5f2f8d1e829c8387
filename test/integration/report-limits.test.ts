import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { freezeLog } from "#test/support/phone.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest({
  worker: false,
  settings: {
    REPORT_MATCH: "call",
    REPORT_MAX_FILE_BYTES: "100",
    REPORT_MAX_BYTES: "150",
    REPORT_MAX_FILES: "3",
    REPORT_MAX_BYTES_A_DAY: "200",
    REPORT_MAX_A_DAY: "4",
  },
});

const someone = (world: World) => world.pickUp({ userId: uniqueName("user") });
const log = (name: string, bytes: number) => freezeLog(name, "x".repeat(bytes));

test("the same call reported by two people is two reports on one ticket, where the operator wants that", async ({
  world,
}) => {
  const [ann, ben, callId] = [someone(world), someone(world), randomUUID()];
  const first = await ann.report({ callIds: [callId], text: "I hear nothing" });
  const second = await ben.report({ callIds: [callId], text: "Nobody hears me" });
  expect(second).toMatchObject({ ticketId: first.ticketId, ticketIsNew: false });
  expect((await world.agent.reports(first.ticketId)).map(({ userId, text }) => [userId, text])).toEqual([
    [ben.userId, "Nobody hears me"],
    [ann.userId, "I hear nothing"],
  ]);
  // The second is on the ticket now, so that an agent may ask them as well.
  const ticket = await world.agent.ticket(first.ticketId);
  expect([ticket.userId, ticket.participants]).toEqual([ann.userId, [{ userId: ben.userId, callId }]]);
  await world.agent.requestLogs({ ticketId: ticket.id, userId: ben.userId });
});

test("a report says what is too much of it", async ({ world }) => {
  const phone = someone(world);
  expect(await phone.reportTerms()).toMatchObject({ maxFileBytes: 100, maxBytes: 150, maxFiles: 3 });
  const tooMuch = [
    [[log("a", 101)], "files[0].sizeBytes"],
    [[log("a", 80), log("b", 80)], "files"],
    [["a", "b", "c", "d"].map((name) => log(name, 1)), "files"],
  ] as const;
  for (const [logs, target] of tooMuch) {
    const answer = await phone.send("POST", "/v1/reports", { body: await phone.reportBody({}, logs) });
    expect(answer.body).toMatchObject({ status: 413, error: { code: "report_too_large", target } });
  }
});

test("a user may report so much in a day and no more, also when it all comes at once", async ({ world }) => {
  const phone = someone(world);
  const body = await phone.reportBody({}, [log("a", 90)]);
  const answers = await Promise.all(Array.from({ length: 5 }, () => phone.send("POST", "/v1/reports", { body })));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 429, 429, 429]);
  const refused = answers.find(({ status }) => status === 429);
  expect([refused?.headers.get("x-ms-error-code"), refused?.headers.has("retry-after")]).toEqual([
    "too_many_reports",
    true,
  ]);
  await phone.report();
  await phone.report();
  const fifth = await phone.send("POST", "/v1/reports", { body: { text: "one more" } });
  expect(fifth.status).toBe(429);
  await world.sql("update report set created_at = created_at - interval '25 hours' where user_id = $1", [phone.userId]);
  await phone.report({}, [log("a", 90)]);
});
