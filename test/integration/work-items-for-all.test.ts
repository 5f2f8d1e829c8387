import { expect } from "vitest";
import { connectedTest, workItemOf } from "#test/support/azure-devops/connected-world.ts";
import { worldTest } from "#test/support/world.ts";

const forAll = connectedTest({ settings: { AZURE_DEVOPS_CREATE_FOR_ALL: "true", AZURE_DEVOPS_LOCALE: "de" } });
const unconnected = worldTest({ worker: false });

forAll(
  "where every ticket shall have a work item, each gets one by itself, in the language that was set",
  async ({ world, devops }) => {
    const tickets = [
      await world.agent.openTicket(),
      await world.agent.openTicket({ externalSystem: "crm", externalId: "7" }),
    ];
    for (const ticket of tickets) {
      await world.until(async () => (await world.agent.ticket(ticket.id)).connection?.state, "synced");
      expect(workItemOf(devops, ticket)).toMatchObject({ twins: 0, hyperlinks: [ticket.webUrl] });
    }
    // A ticket that is another system's already stays that.
    expect(await world.agent.ticket(tickets[1]?.id ?? "")).toMatchObject({ externalSystem: "crm", externalId: "7" });
    const [first] = tickets;
    await world.agent.changeTicket(first?.id ?? "", { state: "solved" });
    await world.until(() => workItemOf(devops, first ?? { number: 0 })?.state, "Resolved");
    await world.agent.changeTicket(first?.id ?? "", { state: "closed" });
    await world.until(
      () => workItemOf(devops, first ?? { number: 0 })?.history.join(),
      expect.stringContaining("Das Ticket ist geschlossen."),
    );
    expect(workItemOf(devops, first ?? { number: 0 })?.state).toBe("Resolved");
  },
);

unconnected("a deployment that is not connected says so, and has nothing to do for it", async ({ world }) => {
  const ticket = await world.agent.openTicket();
  const answer = await world.agent.send("POST", `/v1/tickets/${ticket.id}:createWorkItem`);
  expect(answer.status).toBe(409);
  expect(answer.body).toMatchObject({ error: { code: "no_connector" } });
  expect((await world.agent.ticket(ticket.id)).connection).toBeUndefined();
  expect(await world.sql("select from ticket_connection")).toEqual([]);
});
