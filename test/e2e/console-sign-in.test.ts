import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { worldTest } from "#test/support/world.ts";

// What cookies do is the browser's decision, so a real one decides: 127.0.0.1 is ours, localhost is another site.

const test = worldTest({ worker: false });
let browser: Browser;
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const executablePath = ["chromium", "chromium-browser", "google-chrome"]
    .map((name) => findOnPath(name, process.env["PATH"]))
    .find((path) => path !== undefined);
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
  undo.push(() => browser.close());
});
afterAll(async () => {
  for (const step of undo.toReversed()) await step();
});

/** A page of another site, such as a ticket system's, with a link to ours, and with a form that has no business with us. */
async function openOtherSite(api: string): Promise<Page> {
  const pages = createServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "text/html" }).end(
      `<!doctype html><a href="${api}/auth/sign-in?returnTo=/requests">Open the ticket</a>
       <form action="${api}/v1/tickets" method="post" enctype="text/plain"><button>Win a prize</button></form>`,
    );
  });
  await new Promise<void>((resolve) => pages.listen(0, "localhost", resolve));
  undo.push(async () => {
    pages.closeAllConnections();
    pages.close();
  });
  const page = await (await browser.newContext()).newPage();
  await page.goto(`http://localhost:${(pages.address() as AddressInfo).port}/`);
  return page;
}

interface Init {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly mode?: "no-cors";
  readonly credentials?: "include";
}

/** As the page's own script would fetch it; 0 where the browser lets the script see nothing. */
const statusOf = (page: Page, url: string, init: Init = {}) =>
  page.evaluate(
    ([address, options]) =>
      fetch(address, options).then(
        ({ status }) => status,
        () => 0,
      ),
    [url, init] as const,
  );

test("an agent follows a link from another site, signs in, and the console's own page reads and writes", async ({
  world,
}) => {
  const page = await openOtherSite(world.apiUrl);
  await page.getByRole("link", { name: "Open the ticket" }).click();
  await page.getByRole("link", { name: "Lena Lead" }).click();
  await page.waitForURL(`${world.apiUrl}/requests`);
  expect(await statusOf(page, "/v1/me")).toBe(200);
  const headers = { "x-beckon-console": "1", "content-type": "application/json" };
  const body = JSON.stringify({ subject: "Calls drop" });
  expect(await statusOf(page, "/v1/tickets", { method: "POST", headers, body })).toBe(201);
  expect(
    await statusOf(page, "/v1/tickets", { method: "POST", headers: { ...headers, "x-beckon-console": "" }, body }),
  ).toBe(403);

  // The next link from there finds them signed in.
  await page.goBack();
  await page.goto(`${world.apiUrl}/requests`);
  expect(await statusOf(page, "/v1/me")).toBe(200);
  expect(await page.evaluate("document.cookie")).toBe("");
});

test("another site's page does nothing in the name of who is signed in", async ({ world }) => {
  const page = await openOtherSite(world.apiUrl);
  const elsewhere = page.url();
  await page.getByRole("link", { name: "Open the ticket" }).click();
  await page.getByRole("link", { name: "Ada Admin" }).click();
  await page.waitForURL(`${world.apiUrl}/requests`);
  await page.goto(elsewhere);
  const tickets = () => world.sql("select count(*)::int as n from ticket");
  const before = await tickets();
  const simple = { method: "POST", credentials: "include", body: '{"subject":"forged"}' } as const;
  expect(await statusOf(page, `${world.apiUrl}/v1/tickets`, { ...simple, mode: "no-cors" })).toBe(0);
  expect(await statusOf(page, `${world.apiUrl}/v1/tickets`, { ...simple, headers: { "x-beckon-console": "1" } })).toBe(
    0,
  );
  expect(await statusOf(page, `${world.apiUrl}/v1/me`, { credentials: "include" })).toBe(0);
  const posted = page.waitForResponse(`${world.apiUrl}/v1/tickets`);
  await page.getByRole("button", { name: "Win a prize" }).click();
  expect((await posted).status()).toBe(401);
  expect(await tickets()).toEqual(before);
});
