import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { launchChromium } from "#test/support/console-page.ts";
import {
  type AppFile,
  type ConsentApp,
  CONSENT_VALUES,
  type ConsentPage,
  registeredText,
  startConsentApp,
} from "#test/support/consent-page.ts";

// How people use the consent screen: the built file in a real browser, driven by the built SDK against the devices' wire.

let browser: Browser;
let app: ConsentApp;
const open: ConsentPage[] = [];
beforeAll(async () => {
  [app, browser] = await Promise.all([startConsentApp(), launchChromium()]);
});
afterEach(async () => {
  for (const one of open.splice(0)) {
    await one.close();
    expect(one.troubles).toEqual([]);
  }
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

const LINES = Array.from({ length: 4000 }, (_, index) => `line ${index} of what happened`).join("\n");
const FILES: AppFile[] = [
  { collector: "app", label: "App log", name: "app.log", text: LINES, modifiedAt: "2026-11-22T08:30:00Z" },
  { collector: "app", label: "App log", name: "app.log.1", text: "before that\n", modifiedAt: "2026-11-21T20:00:00Z" },
  { collector: "calls", label: "Calls", name: "call.blog", bytes: [0, 1, 2, 250], modifiedAt: "2026-11-20T08:12:00Z" },
];

async function openPage(look?: Parameters<ConsentApp["open"]>[1]): Promise<ConsentPage> {
  const page = await app.open(browser, look);
  open.push(page);
  return page;
}

function addRequest(more: Parameters<ConsentApp["server"]["addRequest"]>[0] = {}) {
  const request = app.server.addRequest({
    collectors: ["app", "calls"],
    consentText: registeredText("en"),
    consentValues: CONSENT_VALUES,
    answerBy: new Date(Date.now() + 3 * 24 * 3_600_000).toISOString(),
    ...more,
  });
  return { request, where: { requestId: request.id, baseUrl: app.server.baseUrl, look: { locale: "en" } } };
}

/** A question on the screen, with nobody behind it. */
async function ask({
  files = FILES,
  more = {},
  options = {},
}: { files?: AppFile[]; more?: object; options?: object } = {}) {
  const asked = addRequest(more);
  const opened = await openPage();
  await opened.app("ask", { ...asked.where, files, ...options });
  await opened.page.locator("[data-act=share]").waitFor();
  return { ...asked, ...opened };
}

/** The same with the SDK behind it. */
async function start({
  files = FILES,
  more = {},
  options = {},
}: { files?: AppFile[]; more?: object; options?: object } = {}) {
  const asked = addRequest(more);
  const opened = await openPage();
  await opened.app("open", { ...asked.where, files, ...options });
  return { ...asked, ...opened };
}

/** Runs in the page; `screen` is what is inside of the element. */
const inScreen = <Result>(page: Page, body: string): Promise<Result> =>
  page.evaluate<Result>(`((screen) => { ${body} })(document.querySelector("beckon-consent").shadowRoot)`);

const act = (name: string) => `[data-act=${name}]`;
const phase = (kind: string) => `[data-phase=${kind}]`;

test("the screen shows the registered text word for word, also words that look like markup", async () => {
  const reason = 'See <img src=x onerror="throw 1"> and {files}\n\nand <b>more</b>.';
  const { page, app: call, request } = await ask({ more: { consentValues: { ...CONSENT_VALUES, reason } } });
  const exact = (await call<string>("textFor", request.id)).trim();
  expect(await call("shownText")).toBe(exact);
  expect(exact).toContain(reason);
  expect(await page.locator("q").textContent()).toBe(reason);
  expect(await page.locator("beckon-consent img, beckon-consent b").count()).toBe(0);
  expect(await page.locator("a[href='https://acme.example/privacy']").count()).toBe(1);
  expect(await page.getByRole("heading", { name: /^Acme asks you for logs/ }).getAttribute("lang")).toBe("en");
});

test("the text stands as its own direction wants it, however the app aligns what is around it", async () => {
  const { page } = await ask();
  await page.evaluate(
    `Object.assign(document.querySelector("main").style, { textAlign: "right", textTransform: "uppercase" })`,
  );
  const style = await inScreen<string[]>(
    page,
    `const { textAlign, textTransform } = getComputedStyle(screen.querySelector("h2")); return [textAlign, textTransform];`,
  );
  expect(style).toEqual(["start", "none"]);
});

test("a file that is unticked leaves the text at once, and is not in the answer", async () => {
  const { page, app: call, request } = await ask();
  await page.locator("[data-file='app.log.1'] input").uncheck();
  const exact = (await call<string>("textFor", request.id, ["app.log", "call.blog"])).trim();
  expect(await call("shownText")).toBe(exact);
  expect(exact).not.toContain("app.log.1");
  const all = await inScreen(page, `return screen.querySelector(".group-head input").indeterminate`);
  expect(all).toBe(true);
  await page.locator(act("wifi")).uncheck();
  await page.locator(act("share")).click();
  await page.locator(act("share")).click({ force: true });
  expect(await call("events")).toEqual([{ name: "share", files: ["app.log", "call.blog"], network: "any" }]);
});

test("with nothing ticked there is nothing to share, and the screen says so", async () => {
  const { page, app: call } = await ask();
  for (const box of await page.locator("[data-file] input").all()) await box.uncheck();
  await page.locator(act("share")).click({ force: true });
  expect(await call("events")).toEqual([]);
  await page.locator("#why-not").getByText("Tick at least one file to share.").waitFor();
  await page.getByRole("checkbox", { name: "App log: all files" }).check();
  await page.locator(act("share")).click();
  expect(await call("events")).toEqual([{ name: "share", files: ["app.log", "app.log.1"], network: "unmetered" }]);
});

test("who has no such files can say that nothing was found", async () => {
  const { page, app: call } = await ask({ files: [] });
  expect(await page.locator(act("wifi")).count()).toBe(0);
  await page.getByRole("button", { name: "Send: nothing found" }).click();
  expect(await call("events")).toEqual([{ name: "share", files: [], network: "any" }]);
});

test("Wi-Fi only is not offered where it cannot be kept", async () => {
  const { page, app: call } = await ask({ options: { hasConnection: false } });
  expect(await page.locator(act("wifi")).count()).toBe(0);
  await page.locator(act("share")).click();
  expect(await call<object[]>("events")).toMatchObject([{ name: "share", network: "any" }]);
});

test("yes and no are equal: of one size, weight and colour, in sight, and neither has the focus", async () => {
  const { page } = await ask();
  const look = (name: string) =>
    inScreen<Record<string, unknown>>(
      page,
      `const button = screen.querySelector("[data-act=${name}]");
       const { width, height, top, bottom } = button.getBoundingClientRect();
       const { fontSize, fontWeight, color, backgroundColor, borderWidth, padding } = getComputedStyle(button);
       const isInSight = top >= 0 && bottom <= innerHeight;
       const hasFocus = button.matches(":focus");
       return { width, height, top, fontSize, fontWeight, color, backgroundColor, borderWidth, padding, isInSight, hasFocus };`,
    );
  const share = await look("share");
  expect(share).toEqual(await look("decline"));
  expect(share).toMatchObject({ isInSight: true, hasFocus: false });
});

test("the keyboard alone reaches everything, and nothing that has the focus is covered", async () => {
  const { page, app: call } = await ask();
  const reached: string[] = [];
  for (let step = 0; step < 30 && reached.at(-1) !== "share"; step++) {
    await page.keyboard.press("Tab");
    reached.push(
      await inScreen<string>(
        page,
        `const { activeElement } = screen;
         const [box] = activeElement.getClientRects();
         const top = screen.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
         if (!activeElement.contains(top)) return "covered " + activeElement.outerHTML + " by " + top?.className;
         return activeElement.dataset.act ?? activeElement.localName;`,
      ),
    );
  }
  expect(reached).toEqual("input input look input look input look wifi a a share".split(" "));
  await page.keyboard.press("Enter");
  expect(await call<object[]>("events")).toMatchObject([{ name: "share" }]);
});

test("a look shows the frozen bytes, more of them on demand, and says of what is no text that it cannot be read", async () => {
  const { page, app: call } = await ask();
  await page.getByRole("button", { name: "Look into app.log", exact: true }).click();
  await page.locator("pre").first().waitFor();
  const more = page.getByRole("button", { name: "Show more" });
  await more.waitFor();
  await more.click();
  await more.waitFor({ state: "hidden" });
  expect((await page.locator("pre").allTextContents()).join("")).toBe(LINES);
  await page.keyboard.press("Escape");
  expect(await call<string>("focused")).toContain("Look into app.log");
  await page.getByRole("button", { name: "Look into call.blog" }).click();
  await page.getByText("This file is not text").waitFor();
  expect(await page.locator("pre").textContent()).toMatch(/^0000 {2}00 01 02 fa/);
});

test("five hundred files are shown twenty at a time, and all of them on demand", async () => {
  const files = Array.from({ length: 500 }, (_, index) => ({
    collector: "app",
    label: "App log",
    name: `app.log.${index}`,
    text: "x",
    modifiedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, -index)).toISOString(),
  }));
  const { page, app: call, request } = await ask({ files, more: { maxFiles: 500 } });
  expect(await page.locator("[data-file]").count()).toBe(20);
  await page.getByRole("checkbox", { name: "App log: all files" }).uncheck();
  await page.locator(act("show-all")).click();
  await page.locator("[data-file='app.log.499'] input").check();
  expect(await page.locator("[data-file]").count()).toBe(500);
  expect(await call("shownText")).toBe((await call<string>("textFor", request.id, ["app.log.499"])).trim());
});

test("on a slow phone no task is long: dates, each part of the question and the focus have tasks of their own", async () => {
  const files = Array.from({ length: 30 }, (_, index) => ({
    collector: index < 20 ? "app" : "calls",
    label: index < 20 ? "App log" : "Calls",
    name: `part-${index}.log`,
    text: "a line",
    coversFrom: "2026-11-22T07:30:00Z",
    coversTo: "2026-11-22T08:10:00Z",
  }));
  const { where } = addRequest();
  const { page, app: call } = await openPage();
  // As text: what runs in the page has another library than what runs here.
  await page.evaluate(`
    window.tasks = [];
    let isOver = true;
    const note = (what) => {
      if (isOver) tasks.push([]);
      if (isOver) scheduler.postTask(() => void (isOver = true), { priority: "user-blocking" });
      isOver = false;
      tasks.at(-1).push(what);
    };
    Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, {
      construct: (format, given) => (note("dates"), Reflect.construct(format, given)),
    });
    const watch = (prototype, name, what) => {
      const real = prototype[name];
      prototype[name] = function (...given) {
        const noted = what(this);
        if (noted) note(noted);
        return real.apply(this, given);
      };
    };
    watch(HTMLElement.prototype, "focus", () => "focus");
    watch(Element.prototype, "append", ({ className }) => className === "content" && "part");
    watch(Element.prototype, "after", ({ className }) => className === "content" && "answers");`);
  await call("open", { ...where, files });
  await page.locator(act("share")).waitFor();
  await page.locator("h2.who:focus").waitFor();
  const tasks = await page.evaluate<string[][]>("tasks");
  expect(tasks.filter((task) => new Set(task).size > 1)).toEqual([]);
  const count = (what: string) => tasks.filter((task) => task.includes(what)).length;
  expect(count("part")).toBeGreaterThan(4);
  expect(count("dates")).toBeGreaterThan(1);
  expect([count("focus") > 0, count("answers"), tasks.findLast((task) => !task.includes("focus"))]).toEqual([
    true,
    1,
    ["answers"],
  ]);
  await page.locator("[data-file='part-29.log']").waitFor();
});

test("what is shared goes up, leads to a receipt, and can be taken back, one file or all", async () => {
  const { page, request, app: call } = await start();
  await page.locator("[data-file='call.blog'] input").uncheck();
  await page.locator(act("share")).click();
  await page.locator(phase("shared")).waitFor();
  expect(await call<string>("focused")).toContain("You shared your logs");
  expect(request.files.map(({ name }) => name)).toEqual(["app.log", "app.log.1"]);
  expect(app.server.blobs.get(request.files[0]?.id ?? "")?.toString()).toBe(LINES);
  await page.locator("summary").click();
  await page.getByText("app.log, app.log.1,").waitFor();
  await page.getByRole("button", { name: "Take back and delete app.log.1" }).click();
  await page.locator(act("confirm")).click();
  await page.locator("[data-file='app.log.1'][data-state=deleted]").waitFor();
  await page.locator(".bar [data-act=take-back]").click();
  await page.locator("dialog [data-act=cancel]").click();
  expect(request.state).toBe("uploaded");
  await page.locator(".bar [data-act=take-back]").click();
  await page.locator(act("confirm")).click();
  await page.locator(phase("takenBack")).waitFor();
  expect(request.state).toBe("withdrawn");
  await page.locator(act("close")).click();
  expect((await call<{ name: string }[]>("events")).at(-1)).toEqual({ name: "done" });
});

test("a no is recorded, and shown as one", async () => {
  const { page, request } = await start();
  await page.locator(act("decline")).click();
  await page.locator(phase("declined")).waitFor();
  expect(request.state).toBe("declined");
});

test("who wants to be asked later says when, and never after it is too late", async () => {
  const { page, request } = await start({ more: { answerBy: new Date(Date.now() + 2 * 3_600_000).toISOString() } });
  await page.locator(act("later")).click();
  const choices = await page.locator("[data-later]").all();
  const times = await Promise.all(choices.map(async (choice) => (await choice.getAttribute("data-later")) ?? ""));
  expect(times.filter((time) => time >= request.answerBy)).toEqual([]);
  await page.getByRole("button", { name: "In one hour" }).click();
  await page.locator(phase("later")).waitFor();
  expect(request.snoozedUntil).toBe(times[0]);
});

const push = (requestId: string, type = "beckon.log-request") => ({ type, v: 1, requestId });

test("a request that is cancelled while the user reads is no longer needed, and nothing was shared", async () => {
  const { page, request, app: call } = await start();
  await call("handle", push(request.id));
  await page.locator(act("share")).waitFor();
  request.state = "cancelled";
  await call("handle", push(request.id, "beckon.log-request-closed"));
  await page.getByRole("heading", { name: "No longer needed" }).waitFor();
  expect(await page.locator(".ending").textContent()).toContain("Nothing was shared.");
  expect(await page.locator(act("share")).count()).toBe(0);
});

test("a request that expired before it was opened says so", async () => {
  const { page } = await start({ more: { state: "expired" } });
  await page.locator(phase("over")).waitFor();
  expect(await page.locator(".ending").textContent()).toContain("Nothing was shared.The time to answer is over.");
});

test("a request of another account is said to be nobody's here", async () => {
  const { page } = await start({ more: { userId: "bob" } });
  await page.locator(phase("over")).waitFor();
  expect(await page.locator(".ending").textContent()).toContain("There is nothing to answer here");
});

test("an answer that was given on another device is shown, with the way back", async () => {
  const asked = addRequest();
  const [one, other] = [await openPage(), await openPage()];
  await one.app("open", { ...asked.where, files: FILES });
  await other.app("open", { ...asked.where, files: FILES });
  await one.page.locator(act("share")).waitFor();
  await other.page.locator("[data-file='app.log'] input").uncheck();
  await other.page.locator(act("share")).click();
  await other.page.locator(phase("shared")).waitFor();
  await one.page.locator(act("share")).click();
  await one.page.getByText("You answered this on another device.").waitFor();
  expect(await one.page.locator("[data-file]").count()).toBe(2);
  expect(await one.page.locator(".bar [data-act=take-back]").count()).toBe(1);
});

test("a yes that finds no connection is stored, said to be stored, and sent when there is one", async () => {
  const { page, request } = await start();
  await page.locator(act("share")).waitFor();
  app.server.failNext("consent", "reset", 20); // a browser tries again by itself as well
  await page.locator(act("share")).click();
  await page.getByRole("paragraph").filter({ hasText: "Your answer is stored on this device." }).waitFor();
  expect(request.state).toBe("seen");
  app.server.heal();
  await page.locator(act("retry")).click();
  await page.locator(phase("shared")).waitFor();
  expect(request.state).toBe("uploaded");
});

test("a file that can no longer be read is said before anything is sent, and another look mends it", async () => {
  const { page, request } = await start({
    files: FILES.map((file) => ({ ...file, isBroken: file.name === "app.log" })),
  });
  await page.locator(act("share")).click();
  await page.getByText("A file has changed or can no longer be read.").waitFor();
  expect(request.state).toBe("seen");
  await page.locator(act("retry")).click();
  await page.locator(act("share")).click();
  await page.locator(phase("shared")).waitFor();
});

test("files wait for Wi-Fi, also over a reload, or for the user who paused them, and go now if the user says so", async () => {
  const asked = addRequest();
  const { page, app: call } = await openPage();
  await call("setMetered", true);
  await call("open", { ...asked.where, files: FILES, isLasting: true });
  await page.locator(act("share")).click();
  await page.getByRole("heading", { name: "Waiting for Wi-Fi" }).waitFor();
  expect(asked.request.state).toBe("consented");
  await page.reload();
  await page.waitForFunction("globalThis.app !== undefined");
  await call("setMetered", true);
  await call("open", { ...asked.where, files: FILES, isLasting: true });
  await page.getByRole("heading", { name: "Waiting for Wi-Fi" }).waitFor();
  expect(asked.request.files.every(({ state }) => state === "announced")).toBe(true);
  await call("pause", asked.request.id);
  await page.getByRole("heading", { name: "Sending is paused" }).waitFor();
  await page.locator(act("resume")).click();
  await page.getByRole("heading", { name: "Waiting for Wi-Fi" }).waitFor();
  await page.locator(act("send-now")).click();
  await page.locator(phase("shared")).waitFor();
  expect(asked.request.state).toBe("uploaded");
});

test("sending is paused by keyboard in the middle of a file, said to be, and goes on by the same key", async () => {
  const log = { collector: "app", label: "App log", name: "app.log", sizeBytes: 1_000_000 }; // more than fits on the wire
  const { page, request, app: call } = await start({ files: [log] });
  const begun = Promise.withResolvers<{ broken: Promise<unknown> }>();
  app.server.onNextPut(async (gone) => {
    begun.resolve({ broken: gone });
    await gone;
  });
  await page.locator(act("share")).click();
  const { broken } = await begun.promise;
  await page.getByRole("button", { name: "Pause", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Sending is paused" }).waitFor();
  await page.getByRole("status").filter({ hasText: "The files wait on this device until you go on." }).waitFor();
  await broken;
  expect(request.state).toBe("consented");
  expect(await call("focused")).toContain("Go on sending");
  await page.keyboard.press("Enter");
  await page.locator(phase("shared")).waitFor();
  expect(request.state).toBe("uploaded");
  expect(await call<string>("focused")).toContain("You shared your logs");
});

test("who pauses while the files are still read has paused what comes of it, and the yes is recorded all the same", async () => {
  const files = FILES.map((file) => ({ ...file, isHeld: file.name === "app.log" }));
  const { page, request, app: call } = await start({ files });
  await page.locator(act("share")).click();
  await page.locator(act("pause")).click();
  await page.getByRole("heading", { name: "Sending is paused" }).waitFor();
  expect(request.state).toBe("seen");
  await call("release");
  await expect.poll(() => call("waitingFor")).toBe("user");
  expect(request.state).toBe("consented");
  await page.locator(act("resume")).click();
  await page.locator(phase("shared")).waitFor();
});

test("what is taken back while it is being sent is not sent", async () => {
  const { page, request, app: call } = await start();
  await call("setMetered", true);
  await page.locator(act("share")).click();
  await page.getByRole("heading", { name: "Waiting for Wi-Fi" }).waitFor();
  await page.locator(act("take-back")).click();
  await page.locator(act("confirm")).click();
  await page.locator(phase("takenBack")).waitFor();
  expect(request.files.filter(({ id }) => app.server.blobs.has(id))).toEqual([]);
});
