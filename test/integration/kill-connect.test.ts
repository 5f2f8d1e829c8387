import { describe, expect, vi } from "vitest";
import { connectedTest, workItemOf } from "#test/support/azure-devops/connected-world.ts";
import { freezeLog } from "#test/support/phone.ts";
import { HURRIED, type World } from "#test/support/world.ts";

const test = connectedTest({ worker: false, pace: HURRIED });

/** Each test starts processes, on a machine that may be busy with other tests. */
vi.setConfig({ testTimeout: 90_000 });

const LOGS = [freezeLog("app.log", "the first line\n"), freezeLog("app.1.log", "an older line\n")];

/** Nothing more is due, whatever the queue says. */
const atRest = (world: World, ticketId: string) =>
  world.until(
    () => world.sql("select state, sync_at from ticket_connection where ticket_id = $1", [ticketId]),
    [{ state: "synced", sync_at: null }],
  );

describe("a worker that dies", () => {
  test("after the work item was made, and before it heard so, leaves one work item", async ({ world, devops }) => {
    const ticket = await world.agent.openTicket();
    await world.agent.createWorkItem(ticket.id);
    await world.startDoomed("worker", "connect:after-create").killed();
    expect(
      await world.sql("select from ticket_connection where ticket_id = $1 and item_id is null", [ticket.id]),
    ).toHaveLength(1);
    world.startProcess("worker");
    await atRest(world, ticket.id);
    expect(workItemOf(devops, ticket)?.twins).toBe(0);
    const made = (await world.agent.timeline(ticket.id)).filter(({ type }) => type === "connection.made");
    expect(made).toHaveLength(1);
  });

  for (const [point, when] of [
    ["connect:after-upload", "after sending a file's bytes"],
    ["connect:after-upload:2", "after sending the last file's bytes"],
    ["connect:after-change", "after telling the work item"],
    ["connect:after-change:2", "after hanging the files on it"],
  ] as const) {
    test(`${when} leaves every file on it once, and everything told once`, async ({ world, devops }) => {
      const phone = world.pickUp({ userId: `the-user-of-${point.replaceAll(":", "-")}` });
      const ticket = await world.agent.openTicket({ userId: phone.userId });
      const request = await world.agent.requestLogs({ userId: phone.userId, ticketId: ticket.id });
      await phone.shareAndUpload(request.id, LOGS);
      await world.startWorker();
      await world.until(() => world.stateOf(request), "linked");
      await world.stopWorkers();
      await world.agent.createWorkItem(ticket.id);
      // Something to tell: what came before the work item is not told to it.
      await world.agent.changeTicket(ticket.id, { state: "closed" });
      await world.startDoomed("worker", point).killed();

      world.startProcess("worker");
      await atRest(world, ticket.id);
      const item = workItemOf(devops, ticket);
      expect(item).toMatchObject({ twins: 0, hyperlinks: [ticket.webUrl] });
      expect(item?.attachments.toSorted()).toEqual(["app.1.log", "app.log"]);
      expect(item?.history.filter((text) => text.includes("The ticket is closed."))).toHaveLength(1);
      const added = (await world.agent.timeline(ticket.id)).filter(({ type }) => type === "connection.fileAdded");
      expect(added).toHaveLength(2);
    });
  }
});

test("a queue that loses everything loses no work item: the reconciler finds what is due", async ({
  world,
  devops,
}) => {
  const ticket = await world.agent.openTicket();
  await world.agent.createWorkItem(ticket.id);
  // As if the relay had moved it, and the queue had lost it.
  await world.until(async () => {
    await world.sql("delete from outbox where type = 'connection.due'");
    return world.sql("select from outbox where type = 'connection.due'");
  }, []);
  await world.startWorker();
  await atRest(world, ticket.id);
  await world.stopWorkers();
  expect(workItemOf(devops, ticket)?.twins).toBe(0);
});
