import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { connectedTest, workItemOf } from "#test/support/azure-devops/connected-world.ts";
import { findBarriers, launchChromium, openConsole } from "#test/support/console-page.ts";
import { freezeLog } from "#test/support/phone.ts";

const test = connectedTest();

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test("an agent makes a work item of a ticket, reads why it is refused, tries again, and follows a file's own address", async ({
  world,
  devops,
}) => {
  const { phone, request } = await world.asked();
  const ticket = await world.agent.ticket(request.ticketId);
  devops.fail({ on: /./, answer: { status: 401 }, times: 1_000 });
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticket.id}` });
  const part = page.locator("[data-work-item]");

  await part.getByRole("button", { name: "Create work item" }).click();
  await part.getByText("Azure DevOps refused the token").waitFor();
  await part.getByText("Refused: somebody has to mend something first").waitFor();
  expect(await findBarriers(page)).toEqual([]);

  devops.endFaults();
  await part.getByRole("button", { name: "Try now" }).click();
  await page.locator('[data-work-item="synced"]').waitFor();
  const link = part.getByRole("link", { name: /^Work item \d+/ });
  expect(await link.getAttribute("href")).toContain(`/_workitems/edit/${workItemOf(devops, ticket)?.id}`);
  expect(await part.getByRole("button").count()).toBe(0);

  const [fileId = ""] = await phone.shareAndUpload(request.id, [freezeLog("app.log", "ICE failed\n")]);
  await page.locator('[data-fact="connection.fileAdded"]').waitFor();
  await page.goto(`${world.apiUrl}/files/${fileId}`);
  await page.getByText("ICE failed").waitFor();
  expect(troubles).toEqual([]);
  await close();
});
