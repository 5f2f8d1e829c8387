import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { launchChromium, openConsole } from "#test/support/console-page.ts";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest();

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** More than any screen here has. */
const MOST_STOPS = 120;
/** Of nine: WCAG 2.4.11 asks for one. */
const ENOUGH_POINTS = 3;

interface Stop {
  readonly id: string;
  readonly name: string;
  /** How much of it is in sight, of nine points. */
  readonly seen: number;
  /** How it and what is drawn around it look. */
  readonly looks: string;
}

// As text: what runs in the page has another library than what runs here.
const LOOKS = `(at) => [at, at.parentElement].flatMap((part) => [null, "::before", "::after"].map((of) => {
  const { outlineStyle, outlineColor, outlineWidth, boxShadow, borderColor, transform, opacity } = getComputedStyle(part, of);
  return [outlineStyle, outlineColor, outlineWidth, boxShadow, borderColor, transform, opacity].join();
})).join(";")`;
/** What moves on focus stands where it will stay. */
const SETTLED = `new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
  .then(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))`;
const WHERE = `(async () => {
  await ${SETTLED};
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  if (!at || at === document.body) return undefined;
  // A box may be drawn by what stands around it.
  const drawn = at.matches("input[type=checkbox], input[type=radio]") ? at.parentElement : at;
  const { left, top, width, height } = drawn.getBoundingClientRect();
  let seen = 0;
  for (const across of [0.1, 0.5, 0.9]) for (const down of [0.1, 0.5, 0.9]) {
    const met = document.elementFromPoint(left + width * across, top + height * down);
    if (met && (drawn.contains(met) || met.contains(drawn))) seen += 1;
  }
  const name = [at.tagName.toLowerCase(), at.getAttribute("aria-label") ?? at.textContent.trim().slice(0, 40)].join(" ");
  at.dataset.stop ??= String(document.querySelectorAll("[data-stop]").length);
  return { id: at.dataset.stop, name, seen, looks: (${LOOKS})(at) };
})()`;
const UNFOCUSED = `(async () => {
  document.activeElement?.blur();
  await ${SETTLED};
  return [...document.querySelectorAll("[data-stop]")].map((at) => [at.dataset.stop, (${LOOKS})(at)]);
})()`;

/** Walks through a screen by the Tab key, from its beginning until it leaves the page. @returns what was wrong on the way */
async function walk(page: Page): Promise<{ readonly count: number; readonly wrong: readonly string[] }> {
  const stops: Stop[] = [];
  await page.evaluate("document.activeElement?.blur()");
  for (let count = 0; count < MOST_STOPS; count++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate<Stop | undefined>(WHERE);
    if (!at || stops.some(({ id }) => id === at.id)) break;
    stops.push(at);
  }
  const before = new Map(await page.evaluate<[string, string][]>(UNFOCUSED));
  return {
    count: stops.length,
    wrong: stops.flatMap(({ id, name, seen, looks }) => [
      ...(seen < ENOUGH_POINTS ? [`${name}: only ${seen} of 9 points are in sight`] : []),
      ...(before.get(id) === looks ? [`${name}: looks the same with the focus and without`] : []),
    ]),
  };
}

async function furnish(world: World): Promise<readonly string[]> {
  const phone = await world.phone("keyboard-user");
  const ticket = await world.agent.openTicket({ userId: phone.userId, subject: "Calls drop" });
  const request = await world.agent.requestLogs({ userId: phone.userId, ticketId: ticket.id });
  const lines = Array.from({ length: 300 }, (_, line) => `2026-11-22T09:00:00Z INFO line ${line}`).join("\n");
  await phone.shareAndUpload(request.id, [freezeLog("app.log", lines)]);
  await world.until(() => world.stateOf(request), "linked");
  const asked = await world.agent.requestLogs({ userId: phone.userId, ticketId: ticket.id });
  await world.until(() => world.stateOf(asked), "notified");
  const [file] = (await world.agent.request(request.id)).files;
  return [
    "/?view=all",
    `/log-requests/${request.id}`,
    `/log-requests/${asked.id}`,
    `/tickets/${ticket.id}`,
    `/new?ticket=${ticket.id}`,
    `/log-requests/${request.id}/files/${file?.id ?? ""}`,
    "/tickets",
    "/people",
    `/people/${phone.userId}`,
    "/templates",
    "/insights",
    "/settings",
  ];
}

test("whoever walks by the Tab key always sees where they are", { timeout: 240_000 }, async ({ world }) => {
  const paths = await furnish(world);
  const found: string[] = [];
  for (const [width, height] of [
    [1440, 700],
    [320, 568],
  ] as const) {
    const { page, troubles, close } = await openConsole(browser, world.apiUrl, { person: "lena", width, height });
    for (const path of paths) {
      await page.goto(world.apiUrl + path);
      await page.locator("#main h1").waitFor();
      await world.until(() => page.locator(".fui-Skeleton, [data-pending]").count(), 0);
      const { count, wrong } = await walk(page);
      expect(count, path).toBeGreaterThan(4);
      found.push(...wrong.map((what) => `${width} ${path}: ${what}`));
    }
    expect(troubles).toEqual([]);
    await close();
  }
  expect(found).toEqual([]);
});

const FOCUSED = `(() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return "nowhere";
  return at.id === "page-title" ? "heading" : at.getAttribute("aria-label") ?? at.textContent.trim();
})()`;

test("whoever works by keyboard goes on where they were, or at the heading where that is gone", async ({ world }) => {
  const ticket = await world.agent.openTicket({ subject: "By keyboard" });
  const request = await world.agent.requestLogs({ userId: "asked-by-keyboard" });
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, {
    person: "lena",
    path: `/log-requests/${request.id}`,
  });
  const question = page.getByRole("alertdialog");
  const isAt = (where: string) => world.until(() => page.evaluate(FOCUSED), where);
  const press = async (name: string | RegExp) => {
    await page.getByRole("button", { name }).first().focus();
    await page.keyboard.press("Enter");
  };
  const answer = async (name: string) => {
    await question.waitFor();
    await page.keyboard.press("Tab");
    await isAt(name);
    await page.keyboard.press("Enter");
    await question.waitFor({ state: "detached" });
  };

  // The second is the last that is allowed.
  for (let reminders = 0; reminders < 2; reminders++) {
    await press("Remind");
    await answer("Remind");
    await isAt("Remind");
  }
  await press("Cancel request");
  await answer("Cancel request");
  await isAt("heading");

  await page.goto(`${world.apiUrl}/tickets/${ticket.id}`);
  await press("Take it");
  await isAt("Save");
  await page.keyboard.press("Enter");
  await page.getByText("Saved").first().waitFor();
  await isAt("Save");

  await page.goto(`${world.apiUrl}/templates`);
  const editor = page.getByRole("dialog");
  for (const name of [/^New template/, /^Edit/]) {
    await press(name);
    await editor.waitFor();
    await page.keyboard.press("Escape");
    await editor.waitFor({ state: "detached" });
    await world.until(async () => name.test(await page.evaluate<string>(FOCUSED)), true);
  }
  const cards = page.getByRole("button", { name: /^Delete/ });
  const count = await cards.count();
  await press(/^Delete/);
  await answer("Delete");
  await world.until(() => cards.count(), count - 1);
  // Whichever of the two is faster.
  await world.until(async () => /heading|New template/.test(await page.evaluate<string>(FOCUSED)), true);

  await press("Help");
  await editor.waitFor();
  await page.keyboard.press("Escape");
  await editor.waitFor({ state: "detached" });
  await isAt("Help");
  expect(troubles).toEqual([]);
  await close();
});
