import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { attachToSurvey, createReports, freezeBytes, memoryStorage } from "#sdk/report-issue.ts";
import { findBarriers, launchChromium, openConsole } from "#test/support/console-page.ts";
import { freezeLog } from "#test/support/phone.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest, type World } from "#test/support/world.ts";

// What users report by themselves, as agents see it: live, with its files and its origin, until it is taken back.

const test = worldTest({ settings: { REPORT_MATCH: "call" } });

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const SDK_VERSION = "azure-communication-calling/1.36.1";

/** An app that took the SDK, and its user after a bad call. */
function startApp(world: World, userId: string) {
  const reports = createReports({
    baseUrl: world.apiUrl,
    getToken: () => world.tokenOf("beckon-devices", userId),
    userId,
    storage: memoryStorage(),
    locale: "en",
    callingSdkVersion: SDK_VERSION,
    collectors: [
      { name: "app", label: "App log", collect: async () => [freezeBytes("app.log", "started\nICE failed\n")] },
    ],
  });
  return {
    reports,
    async reportAfter(callId: string) {
      const { survey } = attachToSurvey(
        { id: `survey-of-${callId}`, callId, localParticipantId: `8:acs:${callId}` },
        { overallRating: { score: 2, issues: ["CallEndedUnexpectedly"] } },
      );
      return reports.reportIssue({ text: "It ended by itself", survey, review: await reports.review() });
    },
  };
}

test("a user reports after a call; two agents see it live, open its log, save it, and see it taken back", async ({
  world,
}) => {
  const userId = uniqueName("user");
  const callId = randomUUID();
  // A ticket of that call stands already: what the user reports joins it.
  const ticket = await world.agent.openTicket({ userId, subject: "Calls end early", callIds: [callId] });
  const path = `/tickets/${ticket.id}`;
  const alex = await openConsole(browser, world.apiUrl, { path });
  const lena = await openConsole(browser, world.apiUrl, { path, person: "lena" });
  for (const { page } of [alex, lena]) {
    await page.getByText("Nobody has been asked on this ticket").waitFor();
    await page.locator('[data-connection="live"]').waitFor();
    await page.evaluate("window.isTheSamePage = true");
  }

  const app = startApp(world, userId);
  const { reportId } = await app.reportAfter(callId);
  for (const { page } of [alex, lena]) {
    await page.getByRole("button", { name: "1 new" }).click();
    const report = page.locator(`[data-report="${reportId}"]`);
    await report.getByText("Ready", { exact: true }).first().waitFor();
    for (const text of ["It ended by itself", "2 of 5", "The call ended by itself", `survey-of-${callId}`, SDK_VERSION])
      await report.getByText(text).first().waitFor();
    await report.locator('[data-origin="survey"]').waitFor();
  }
  const { page, context } = alex;
  await page.locator('[data-fact="report.created"]').getByText("after a call, with its survey").waitFor();

  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const report = page.locator(`[data-report="${reportId}"]`);
  await report.getByRole("button", { name: `Copy Calls ${callId}` }).click();
  await page.getByText("Copied").first().waitFor();
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe(callId);

  await report.getByRole("button", { name: "Open app.log" }).click();
  await page.getByText("ICE failed").waitFor();
  await page.locator('[data-origin="survey"]').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  expect((await readFile(await (await saving).path())).toString()).toBe("started\nICE failed\n");
  await page.getByRole("link", { name: `Report of ${userId}` }).click();
  await report.getByText("It ended by itself").waitFor();
  await page.locator('[data-fact="file.read"]').getByText("Alex Agent (you)").waitFor();

  await app.reports.withdrawReport(reportId);
  for (const one of [alex, lena]) {
    const gone = one.page.locator(`[data-report="${reportId}"]`);
    await gone.getByText("Taken back by the user").first().waitFor();
    await gone.locator('[data-file="app.log"][data-state="deleted"]').waitFor();
    expect(await gone.getByRole("button", { name: /^(Open|Download) / }).count()).toBe(0);
    expect(await one.page.evaluate("window.isTheSamePage")).toBe(true);
  }
  await report.locator("[data-had-before]").getByText("Alex Agent (you) · app.log").waitFor();
  await lena.page.locator(`[data-report="${reportId}"] [data-had-before]`).getByText("Alex Agent · app.log").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  expect([...alex.troubles, ...lena.troubles]).toEqual([]);
  app.reports.stop();
  await alex.close();
  await lena.close();
});

test("a report that opens a ticket is counted on the list of tickets, and is found by each of its ids", async ({
  world,
}) => {
  const { page, close } = await openConsole(browser, world.apiUrl, { path: "/tickets" });
  await page.getByText("Finds words of the subject").waitFor();
  await page.locator('[data-connection="live"]').waitFor();
  const [callId, surveyId] = [randomUUID(), randomUUID()];
  const participantId = uniqueName("8:acs");
  const sdkVersion = `calling/${randomUUID()}`;
  await world
    .pickUp({ userId: uniqueName("user") })
    .report({ text: "Only my voice was there", callIds: [callId], surveyId, participantId, sdkVersion });
  await page.getByRole("button", { name: "1 new" }).click();
  const row = page.getByRole("listitem").filter({ hasText: "Only my voice was there" });
  await row.waitFor();
  const search = page.getByRole("searchbox", { name: "Number, words or id" });
  for (const id of [callId, surveyId, participantId, sdkVersion]) {
    await search.fill(randomUUID());
    await page.getByText("No ticket found").waitFor();
    await search.fill(id);
    await row.waitFor();
  }
  expect(await findBarriers(page)).toEqual([]);
  await close();
});

/** What an app without the SDK does, or its back end with the user's token: one multipart call. */
async function sendForm(world: World, userId: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("acs-calling", new Blob(["encrypted"]), "calling.blog");
  const token = await world.tokenOf("beckon-devices", userId);
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${world.apiUrl}/v1/call-support-tickets`, { method: "POST", headers, body });
  expect(answer.status).toBe(201);
}

test("the same call reported by two people is two reports on one ticket, each with its person and its way in", async ({
  world,
}) => {
  const [ann, ben, callId] = [uniqueName("ann"), uniqueName("ben"), randomUUID()];
  const first = await world.pickUp({ userId: ann }).report({ callIds: [callId], text: "I hear nothing" });
  await sendForm(world, ben, { callIds: callId, text: "Nobody hears me" });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${first.ticketId}` });
  for (const [person, words, origin] of [
    [ann, "I hear nothing", "links"],
    [ben, "Nobody hears me", "multipart"],
  ] as const) {
    const report = page.locator("[data-report]").filter({ hasText: words });
    await report.getByRole("link", { name: person }).waitFor();
    await report.locator(`[data-origin="${origin}"]`).waitFor();
  }
  expect(await page.locator("[data-report]").count()).toBe(2);
  expect(await findBarriers(page)).toEqual([]);
  await close();
});

test("a file's own address leads to a report's file, and the audit says who read it, with the way to its report", async ({
  world,
}) => {
  const phone = world.pickUp({ userId: uniqueName("user") });
  const { ticketId, reportId, fileIds } = await phone.reportAndUpload({ text: "See for yourself" }, [
    freezeLog("app.log", "ICE failed\nnext line\n"),
    freezeLog("calling.blog", "\u0000\u0001encrypted", "acs-calling"),
  ]);
  await world.until(async () => (await world.agent.reports(ticketId))[0]?.state, "linked");
  const [log = "", sealed = ""] = fileIds;
  const { webUrl } = await world.agent.file(log);
  const { page, close, troubles } = await openConsole(browser, world.apiUrl, { person: "lena" });
  await page.goto(`${webUrl}#L2`);
  await page.getByText("next line").waitFor();
  expect(new URL(page.url()).pathname + new URL(page.url()).hash).toBe(`/tickets/${ticketId}/files/${log}#L2`);
  await page.goto((await world.agent.file(sealed)).webUrl);
  await page.getByText("Only Microsoft's support can read them").waitFor();
  await page.goBack();
  await page.getByText("next line").waitFor();

  await page.goto(`${world.apiUrl}/audit?type=file.read&actor=lena`);
  await page.getByRole("link", { name: "Report", exact: true }).click();
  await page.locator(`[data-report="${reportId}"]`).getByText("See for yourself").waitFor();
  expect(new URL(page.url()).hash).toBe(`#report-${reportId}`);
  // A link on the ticket's own list of files leads to the report that it came with.
  await page
    .getByRole("region", { name: "Files" })
    .getByRole("link", { name: "Reported by the user in the app" })
    .first()
    .waitFor();
  expect(troubles).toEqual([]);
  await close();
});
