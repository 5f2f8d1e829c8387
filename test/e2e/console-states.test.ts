import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { findBarriers, goTo, launchChromium, openConsole } from "#test/support/console-page.ts";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest, type World } from "#test/support/world.ts";

// Every state that a request can be in, as the agent sees it: its word, what can be done, which file is missing and why.

const test = worldTest();

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const LOG = freezeLog("app.log", "2026-11-22T09:00:00Z INFO call started");
const OTHER = freezeLog("media.log", "2026-11-22T09:00:00Z INFO sound");

type Asked = Awaited<ReturnType<World["asked"]>>;

async function shareOneOfTwo({ phone, request }: Asked): Promise<void> {
  const { files, links } = await phone.share(request.id, [LOG, OTHER]);
  const [kept = "", lost = ""] = files.map(({ id }) => id);
  const link = links.find(({ fileId }) => fileId === kept);
  if (link) await phone.upload(link, LOG.bytes);
  await phone.complete(request.id, [kept]);
  await phone.complete(request.id, [lost], "given_up");
}

async function shareOtherBytes({ phone, request }: Asked): Promise<void> {
  const { files, links } = await phone.share(request.id, [LOG]);
  for (const link of links) await phone.upload(link, Uint8Array.from(LOG.bytes.map((byte) => byte ^ 1)));
  await phone.complete(
    request.id,
    files.map(({ id }) => id),
  );
}

const elapse = (world: World, column: "answer_by" | "upload_by", { request }: Asked) =>
  world.sql(`update log_request set ${column} = now() - interval '1 second' where id = $1::uuid`, [request.id]);

interface Row {
  readonly state: string;
  readonly word: string;
  readonly also: readonly string[];
  /** What can be done beside copying the link. */
  readonly actions: readonly string[];
  readonly bring: (world: World, asked: Asked) => Promise<unknown>;
}

const OPEN = ["Remind", "Cancel request"];
const OVER = ["Ask again"];

const ROWS: readonly Row[] = [
  {
    state: "notified",
    word: "Waiting for the user",
    also: ["The push service took it. Whether the user has seen it is not known yet.", "The question ends"],
    actions: OPEN,
    bring: async () => undefined,
  },
  {
    state: "seen",
    word: "Opened by the user",
    also: ["The user has not answered."],
    actions: OPEN,
    bring: (_, { phone, request }) => phone.see(request.id),
  },
  {
    state: "seen",
    word: "Opened by the user",
    also: ["The user asked to be asked again at"],
    actions: OPEN,
    bring: async (_, { phone, request }) => {
      await phone.see(request.id);
      await phone.snooze(request.id, new Date(Date.now() + 3_600_000).toISOString());
    },
  },
  {
    state: "consented",
    word: "Agreed: 0 of 2 files",
    also: ["The upload must end", "Expected", "asks you for logs of this app"],
    actions: ["Cancel request"],
    bring: (_, { phone, request }) => phone.share(request.id, [LOG, OTHER]),
  },
  {
    state: "linked",
    word: "Ready",
    also: ["Each is exactly what the user agreed to.", "kept until"],
    actions: OVER,
    bring: (_, { phone, request }) => phone.shareAndUpload(request.id, [LOG]),
  },
  {
    state: "linked",
    word: "Ready, 1 file missing",
    also: ["Missing", "The device gave up on it"],
    actions: ["Ask again for what is missing"],
    bring: (_, asked) => shareOneOfTwo(asked),
  },
  {
    state: "rejected",
    word: "Nothing found",
    also: ["The user agreed, but the app found nothing that fits."],
    actions: OVER,
    bring: (_, { phone, request }) => phone.share(request.id, []),
  },
  {
    state: "rejected",
    word: "Upload abandoned",
    also: ["It did not arrive in time"],
    actions: OVER,
    bring: async (world, asked) => {
      await asked.phone.share(asked.request.id, [LOG]);
      await elapse(world, "upload_by", asked);
    },
  },
  {
    state: "rejected",
    word: "No file held",
    also: ["Refused", "Its content is not the one that the user agreed to"],
    actions: OVER,
    bring: (_, asked) => shareOtherBytes(asked),
  },
  {
    state: "declined",
    word: "Not shared",
    also: ["Please respect that", "Declined"],
    actions: OVER,
    bring: (_, { phone, request }) => phone.decline(request.id),
  },
  {
    state: "expired",
    word: "No answer",
    also: ["That is not a no."],
    actions: OVER,
    bring: (world, asked) => elapse(world, "answer_by", asked),
  },
  {
    state: "cancelled",
    word: "Cancelled",
    also: ["Nothing was shared."],
    actions: OVER,
    bring: (world, { request }) => world.agent.cancel(request.id),
  },
  {
    state: "withdrawn",
    word: "Taken back by the user",
    also: ["the record that it happened stays", "Deleted"],
    actions: OVER,
    bring: async (world, { phone, request }) => {
      await phone.shareAndUpload(request.id, [LOG]);
      await world.until(() => world.stateOf(request), "linked");
      await phone.withdraw(request.id);
    },
  },
];

const actionsOn = (page: Page) =>
  page
    .locator("#main h1 ~ div button")
    .allInnerTexts()
    .then((texts) => texts.filter((text) => text !== "Copy link"));

test(
  "each state says what it is, what comes next and what can be done, with no barrier",
  { timeout: 120_000 },
  async ({ world }) => {
    const brought = await Promise.all(
      ROWS.map(async (row) => {
        const asked = await world.asked();
        await row.bring(world, asked);
        await world.until(() => world.stateOf(asked.request), row.state);
        return { ...row, id: asked.request.id };
      }),
    );
    const { page, troubles, close } = await openConsole(browser, world.apiUrl);
    for (const { id, word, also, actions } of brought) {
      await goTo(page, `/log-requests/${id}`);
      await page.locator("[data-state] h2").getByText(word, { exact: true }).waitFor();
      for (const text of also) await page.locator("#main").getByText(text).first().waitFor();
      expect([word, await actionsOn(page)]).toEqual([word, actions]);
      expect([word, await findBarriers(page, { within: "#main" })]).toEqual([word, []]);
    }
    expect(troubles).toEqual([]);
    await close();
  },
);

/** Brings reports of one user on one ticket, one in each state. @returns its words in the console, by the report's id */
async function bringReports(world: World): Promise<{ ticketId: string; words: Map<string, readonly string[]> }> {
  const phone = await world.phone();
  const { id: ticketId } = await world.agent.openTicket({ userId: phone.userId });
  const words = new Map<string, readonly string[]>();
  const report = async (said: readonly string[], content: object, logs = [LOG, OTHER]) => {
    const created = await phone.report({ ticketId, ...content }, logs);
    words.set(created.reportId, said);
    return created;
  };
  const upload = async ({ links, files }: Awaited<ReturnType<typeof report>>, bytes = [LOG.bytes, OTHER.bytes]) => {
    for (const [index, file] of files.entries()) {
      const link = links.find(({ fileId }) => fileId === file.id);
      const content = bytes[index];
      if (link && content) await phone.upload(link, content);
    }
    return files.map(({ id }) => id);
  };

  await report(
    ["Complete, without files", "Reported by the user in the app", "Only words"],
    { text: "Only words" },
    [],
  );
  await report(["Uploading: 0 of 2 files", "The upload must end", "Expected", "Without words of their own"], {
    text: "",
  });
  const survey = { surveyId: "survey-of-states", callIds: ["call-of-states"], participantId: "8:acs:states" };
  const answers = { overallScore: 1, overallScale: "1-5", overallIssues: ["HadToRejoin"], room: "kitchen" };
  const ready = await report(
    [
      "Ready",
      "Reported by the user after a call, with its survey",
      "1 of 5",
      "I had to join again",
      "kitchen",
      "call-of-states",
      "8:acs:states",
      "survey-of-states",
      "calling/9.9.9",
      "app.log.3 · App log · more than was allowed",
    ],
    {
      ...survey,
      answers,
      sdkVersion: "calling/9.9.9",
      leftOut: [{ collector: "app", name: "app.log.3", reason: "over_max_bytes" }],
    },
  );
  await phone.completeReport(ready.reportId, await upload(ready));
  const partly = await report(["Ready, 1 file missing", "The device gave up on it"], {});
  const [kept = "", lost = ""] = await upload(partly, [LOG.bytes]);
  await phone.completeReport(partly.reportId, [kept]);
  await phone.completeReport(partly.reportId, [lost], "given_up");
  const abandoned = await report(["Upload abandoned"], {});
  await phone.completeReport(
    abandoned.reportId,
    abandoned.files.map(({ id }) => id),
    "given_up",
  );
  const other = await report(["No file held", "Its content is not the one that the user agreed to"], {}, [LOG]);
  await phone.completeReport(other.reportId, await upload(other, [Uint8Array.from(LOG.bytes.map((byte) => byte ^ 1))]));
  const back = await report(["Taken back by the user", "Deleted", "Nobody had read or downloaded it."], {}, [LOG]);
  await phone.completeReport(back.reportId, await upload(back));
  const states = async () => (await world.agent.reports(ticketId)).map(({ state }) => state);
  await world.until(async () => (await states()).filter((state) => state === "uploaded").length, 0);
  await phone.withdrawReport(back.reportId);
  expect(await states()).toEqual(["withdrawn", "rejected", "rejected", "linked", "linked", "open", "linked"]);
  return { ticketId, words };
}

test("each state of a report says what it is, what it is about and in which way it came, with no barrier", async ({
  world,
}) => {
  const { ticketId, words } = await bringReports(world);
  for (const theme of ["light", "dark"] as const) {
    const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticketId}`, theme });
    for (const [reportId, said] of words) {
      const report = page.locator(`[data-report="${reportId}"]`);
      for (const text of said) await report.getByText(text).first().waitFor();
    }
    const all = page.locator("[data-report]");
    expect(await all.count()).toBe(words.size);
    for (const summary of await all.locator("summary").all()) await summary.click();
    await page.getByText("report-1 (en)").first().waitFor();
    await page.getByText("The app did not say what it showed").first().waitFor();
    expect([theme, await findBarriers(page, { within: "#main" })]).toEqual([theme, []]);
    expect(troubles).toEqual([]);
    await close();
  }
});

test("a request that no push can reach says so, and one whose push was refused says why", async ({ world }) => {
  const alone = await world.agent.requestLogs();
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/log-requests/${alone.id}` });
  await page.locator("[data-state] h2").getByText("No device to reach").waitFor();
  await page.getByText("The app asks for open requests at every start.").waitFor();
  const phone = await world.phone();
  world.hub.failNext({ operation: "send", status: 400 });
  const refused = await world.agent.requestLogs({ userId: phone.userId });
  await goTo(page, `/log-requests/${refused.id}`);
  await page.locator("[data-state] h2").getByText("Push refused").waitFor();
  await page.locator("#main li").getByText("Refused", { exact: true }).waitFor();
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  // Opened before the push is tried: who looks on meanwhile reads that it is tried again.
  await world.stopWorkers();
  world.hub.failNext({ operation: "send", status: 429, retryAfterSeconds: 600 });
  const waiting = await world.agent.requestLogs({ userId: phone.userId });
  await goTo(page, `/log-requests/${waiting.id}`);
  await page.locator("[data-state] h2").getByText("Sending").waitFor();
  await page.getByText("Nothing has been sent yet.").waitFor();
  // It asks again though nothing happens: not because the feed said so.
  const asked = () => page.waitForResponse(new RegExp(`${waiting.id}$`));
  await asked();
  await asked();
  await world.startWorker();
  await page.getByText("Waiting to retry").waitFor();
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  await close();
});

test("files that have all arrived are said to be checked, and are ready a moment later without a reload", async ({
  world,
}) => {
  const { phone, request } = await world.asked();
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/log-requests/${request.id}` });
  await world.stopWorkers();
  await phone.shareAndUpload(request.id, [LOG]);
  await page.locator("[data-state] h2").getByText("Checking files").waitFor();
  expect(await actionsOn(page)).toEqual([]);
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  await world.startWorker();
  await page.locator("[data-state] h2").getByText("Ready", { exact: true }).waitFor();
  await close();
});

test("what is missing is asked for again with the form filled in", async ({ world }) => {
  const asked = await world.asked({ collectors: ["app", "media"] });
  const { phone, request } = asked;
  const lost = freezeLog("media.log", "sound", "media");
  const { files, links } = await phone.share(request.id, [LOG, lost]);
  const link = links.find(({ fileId }) => fileId === files[0]?.id);
  if (link) await phone.upload(link, LOG.bytes);
  await phone.complete(request.id, [files[0]?.id ?? ""]);
  await phone.complete(request.id, [files[1]?.id ?? ""], "given_up");
  await world.until(() => world.stateOf(request), "linked");
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/log-requests/${request.id}` });
  await page.getByRole("button", { name: "Ask again for what is missing" }).click();
  await page.getByRole("checkbox", { name: "media" }).waitFor();
  expect(await page.getByRole("checkbox", { name: "media" }).isChecked()).toBe(true);
  expect(await page.getByRole("checkbox", { name: "App log" }).isChecked()).toBe(false);
  expect(await page.getByRole("textbox", { name: "Reason" }).inputValue()).toBe("To see why your calls drop");
  await close();
});

test("a text that is no longer in force is shown as the user saw it, with what stood in its places", async ({
  world,
}) => {
  const { phone, request } = await world.asked();
  await phone.decline(request.id);
  // A new version of the operator's text comes into force; what was shown stays.
  await world.sql(
    "insert into consent_text (version, locale, text, sha256) values ('default-0', 'en', 'Old words for {ticketNumber}: {reason}', repeat('a', 64))",
  );
  await world.sql(
    "update consent set text_version = 'default-0', text_locale = 'en', text_sha256 = repeat('a', 64) where request_id = $1::uuid",
    [request.id],
  );
  const { ticketNumber } = await world.agent.request(request.id);
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/log-requests/${request.id}` });
  await page
    .getByRole("region", { name: "The text as it was shown" })
    .getByText(`Old words for ${ticketNumber}: To see why your calls drop`)
    .waitFor();
  await page.getByText("a".repeat(64)).waitFor();
  await close();
});

test("a file that was taken back, one that is no text and one that is encrypted say what is known of them", async ({
  world,
}) => {
  const { phone, request } = await world.asked();
  await phone.shareAndUpload(request.id, [
    LOG,
    freezeLog("calling.blog", "\u0000\u0001encrypted"),
    freezeLog("strange.log", "\u0000\u0001\u0002 no text \u0000"),
  ]);
  await world.until(() => world.stateOf(request), "linked");
  const { files } = await world.agent.request(request.id);
  const fileId = (name: string) => files.find((file) => file.name === name)?.id ?? "";
  const { page, troubles, close } = await openConsole(browser, world.apiUrl);
  for (const [name, says] of [
    ["calling.blog", "Only Microsoft's support can read them"],
    ["strange.log", "This file is not text."],
  ] as const) {
    await goTo(page, `/log-requests/${request.id}/files/${fileId(name)}`);
    await page.getByText(says).waitFor();
    await page.getByText("SHA-256").waitFor();
    expect([name, await findBarriers(page, { within: "#main" })]).toEqual([name, []]);
  }
  await phone.withdraw(request.id, [fileId("app.log")]);
  await goTo(page, `/log-requests/${request.id}/files/${fileId("app.log")}`);
  await page.getByText("Deleted: Taken back by the user").waitFor();
  expect(await page.getByRole("button", { name: "Download" }).count()).toBe(0);
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  expect(troubles).toEqual([]);
  await close();
});
