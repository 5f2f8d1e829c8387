import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { succeeded } from "#test/support/api-calls.ts";
import { findBarriers, launchChromium, openConsole } from "#test/support/console-page.ts";
import { worldTest } from "#test/support/world.ts";

// The way to a request: from a ticket, from another system, from nothing; to whom, on which device, and what stands in its way.

const test = worldTest();

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const reason = (page: Page) => page.getByRole("textbox", { name: "Reason" });
const send = (page: Page) => page.getByRole("button", { name: "Send request" });
const barriers = (page: Page) => findBarriers(page, { within: "#main" });

test("an open ticket is three actions away from a sent request", async ({ world }) => {
  const phone = await world.phone();
  const ticket = await world.agent.openTicket({ userId: phone.userId });
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticket.id}` });
  let actions = 0;
  const act = async (doing: Promise<unknown>) => {
    await doing;
    actions += 1;
  };
  await act(page.getByRole("button", { name: "Request logs" }).click());
  await act(reason(page).fill("To see why your calls drop."));
  await act(send(page).click());
  await page.waitForURL("**/log-requests/*");
  expect(actions).toBe(3);
  const [, requestId = ""] = /log-requests\/(.+)$/.exec(page.url()) ?? [];
  expect(await world.agent.request(requestId)).toMatchObject({ userId: phone.userId, collectors: ["app"] });
  // Who asked finds it on top of the list, without pressing anything.
  await page.getByRole("link", { name: "Requests" }).click();
  await page.locator(`[data-request="${requestId}"][data-index="0"]`).waitFor();
  expect(troubles).toEqual([]);
  await close();
});

test("a link of another ticket system leads to its ticket and its user, and opens the ticket where there is none", async ({
  world,
}) => {
  const phone = await world.phone("linked-user");
  const known = await world.agent.openTicket({
    userId: phone.userId,
    externalSystem: "zendesk",
    externalId: "9001",
    subject: "Known there",
  });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: "/new?externalId=9001&user=linked-user" });
  await reason(page).waitFor();
  await page.getByRole("link", { name: `#${known.number} Known there` }).waitFor();

  await page.goto(`${world.apiUrl}/new?system=zendesk&externalId=9002&user=linked-user`);
  await page.getByText("No ticket 9002 is here yet.").waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("textbox", { name: "Subject of a new ticket" }).fill("New here");
  await page.getByRole("button", { name: "Open ticket" }).click();
  await reason(page).fill("To see why your calls drop.");
  await send(page).click();
  await page.waitForURL("**/log-requests/*");
  const [ticket] = await world.agent.list<{ subject: string; userId: string }>(
    "/v1/tickets?externalSystem=zendesk&externalId=9002",
  );
  expect(ticket).toMatchObject({ subject: "New here", userId: "linked-user" });
  await close();
});

test("a person is found by a contact, and is put on a ticket that did not know them", async ({ world }) => {
  await succeeded(
    world.call("PUT", "/v1/users/picked", {
      token: await world.createKey(),
      body: { label: "Petra Picked", contacts: ["+49 30 901820", "petra@example.de"], locale: "de" },
    }),
  );
  const ticket = await world.agent.openTicket({ subject: "Nobody on it" });
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/new?ticket=${ticket.id}` });
  await page.getByRole("combobox", { name: "Find a person" }).click();
  await page.keyboard.type("petra@example");
  await page.getByRole("option", { name: /Petra Picked/ }).click();
  await page.getByText("This person is put on the ticket when the request is sent.").waitFor();
  await page.locator('[data-reachability="none"]').waitFor();
  const warning = page.getByText("This user reads German.");
  await warning.waitFor();
  // A translated template is what it asks for; words of one's own may be in any language.
  await page.getByRole("combobox", { name: "Template" }).selectOption({ label: "Anrufe brechen ab" });
  await warning.waitFor({ state: "detached" });
  await reason(page).press("End");
  await reason(page).pressSequentially(" Please.");
  await warning.waitFor();
  expect(await barriers(page)).toEqual([]);
  await reason(page).fill("Um zu sehen, warum Anrufe abbrechen.");
  await page.locator("input[type=checkbox]:checked").first().waitFor();
  await send(page).click();
  await page.waitForURL("**/log-requests/*");
  expect((await world.agent.ticket(ticket.id)).userId).toBe("picked");
  expect(troubles).toEqual([]);
  await close();
});

test("an empty form says what is missing, and each word leads to its field", async ({ world }) => {
  const ticket = await world.agent.openTicket({ userId: "forgetful" });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/new?ticket=${ticket.id}` });
  await page.getByRole("combobox", { name: "Time window" }).selectOption("own");
  // The one kind of log that there is has been ticked already; whoever unticks it means it.
  await page.locator("input[type=checkbox]:checked").waitFor();
  await page.getByRole("checkbox").uncheck();
  await send(page).click();
  const summary = page.locator("[data-summary]:focus");
  await summary.waitFor();
  for (const name of ["Reason", "Logs", "Time window"])
    await summary.getByRole("button", { name: new RegExp(`^${name}:`) }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await summary.getByRole("button", { name: /^Reason:/ }).click();
  await reason(page).and(page.locator(":focus")).waitFor();
  await page.keyboard.type("Now it has one");
  await page.locator("[data-summary]").waitFor({ state: "detached" });
  await close();
});

test("devices are offered with the one that was used last suggested; stale and muted ones are said", async ({
  world,
}) => {
  const old = await world.phone("two-phones");
  const recent = await world.phone("two-phones", { platform: "apns" });
  await old.register({ model: "Pixel 4" });
  await recent.register({ model: "iPhone 17" });
  await world.sql("update installation set last_seen_at = now() - interval '3 days' where id = $1::uuid", [
    old.installationId,
  ]);
  const ticket = await world.agent.openTicket({ userId: "two-phones" });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/new?ticket=${ticket.id}` });
  await page.getByRole("radio", { name: /iPhone 17 suggested/ }).waitFor();
  expect(await page.getByRole("radio", { name: /Pixel 4 suggested/ }).count()).toBe(0);
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("radio", { name: /iPhone 17/ }).check();
  await reason(page).fill("Only there");
  await send(page).click();
  await page.waitForURL("**/log-requests/*");
  const [, requestId = ""] = /log-requests\/(.+)$/.exec(page.url()) ?? [];
  expect((await world.agent.request(requestId)).installationId).toBe(recent.installationId);

  // The same person again: what is open already is said, with the way there.
  await page.goto(`${world.apiUrl}/new?ticket=${ticket.id}`);
  await page.getByText("This person is already being asked.").waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("link", { name: "Show that request" }).click();
  await page.waitForURL(`**/log-requests/${requestId}`);

  await world.sql("update installation set notifications_allowed = false where user_id = 'two-phones'");
  await page.goto(`${world.apiUrl}/new?ticket=${ticket.id}`);
  await page.locator('[data-reachability="muted"]').waitFor();
  expect(await barriers(page)).toEqual([]);
  await world.sql("update installation set last_seen_at = now() - interval '31 days' where user_id = 'two-phones'");
  await page.reload();
  await page.locator('[data-reachability="stale"]').waitFor();
  expect(await barriers(page)).toEqual([]);
  await close();
});

test("the device from which the user reported the ticket's call is suggested, though another was used since", async ({
  world,
}) => {
  const maker = await world.phone("called-from-one");
  const recent = await world.phone("called-from-one", { platform: "apns" });
  await maker.register({ model: "Pixel 4" });
  await recent.register({ model: "iPhone 17" });
  const { ticketId } = await maker.report({ callIds: ["call-of-the-pixel"], installationId: maker.installationId });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/new?ticket=${ticketId}` });
  await page.getByRole("radio", { name: /Pixel 4 suggested: made the call/ }).waitFor();
  expect(await page.getByRole("radio", { name: /iPhone 17 suggested/ }).count()).toBe(0);
  await close();
});

test("an agent who has reached the limit is told so, and what was written stays", async ({ world }) => {
  const ticket = await world.agent.openTicket({ userId: "limited" });
  const strict = world.startProcess("api", { RATE_LIMIT_AGENT: "60" });
  const url = await strict.url();
  const { page, close } = await openConsole(browser, world.apiUrl, { person: "lena" });
  await page.goto(`${url}/new?ticket=${ticket.id}`);
  await reason(page).fill("What was written");
  await page.locator("input[type=checkbox]:checked").waitFor();
  const token = await world.tokenOf("beckon-agents", "lena");
  const isLimited = async () =>
    (await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status === 429;
  while (!(await isLimited()));
  await send(page).click();
  await page.locator("[data-summary]").getByText("That was a lot at once.").waitFor();
  expect(await reason(page).inputValue()).toBe("What was written");
  expect(await barriers(page)).toEqual([]);
  await close();
});

test("an ask whose answer was lost on the way is sent again, and the user is asked once", async ({ world }) => {
  const phone = await world.phone();
  const ticket = await world.agent.openTicket({ userId: phone.userId });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/new?ticket=${ticket.id}` });
  await reason(page).fill("To see why your calls drop.");
  await page.route(
    `**/v1/tickets/${ticket.id}/log-requests`,
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await send(page).click();
  await page.getByText("The server cannot be reached.").waitFor();
  expect(await reason(page).inputValue()).toBe("To see why your calls drop.");
  await send(page).click();
  await page.waitForURL("**/log-requests/*");
  const asked = await world.agent.list<{ id: string }>(`/v1/log-requests?ticketId=${ticket.id}`);
  expect(asked.map(({ id }) => page.url().endsWith(id))).toEqual([true]);
  await close();
});

test("an auditor who follows a link to a new request is told why there is no form", async ({ world }) => {
  const ticket = await world.agent.openTicket({ userId: "not-for-auditors" });
  const { page, close } = await openConsole(browser, world.apiUrl, {
    person: "otto",
    path: `/new?ticket=${ticket.id}`,
  });
  await page.getByText("Your role does not ask users").waitFor();
  expect(await send(page).count()).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
  await close();
});
