import type { Browser, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { goTo, openConsole, type ConsolePage } from "./console-page.ts";
import { openPhone, openPhoneBrowser, type PhonePage } from "./phone-page.ts";
import { uniqueName } from "./servers.ts";
import type { World } from "./world.ts";

/** What the phone's app calls its logs. */
export const APP_LOG = "Log of the app";
export const CALL_LOG = "Log of your calls";

/** An agent at the console: signed in once, for all tests of a file. */
export async function sitDown(browser: Browser, world: World): Promise<ConsolePage> {
  const desk = await openConsole(browser, world.apiUrl);
  desk.context.setDefaultTimeout(30_000);
  return desk;
}

/**
 * A user whose phone is on and known to the hub, and the agent with that user's ticket before them.
 *
 * @param options.query of the phone's address, such as `&lang=de`
 * @param options.hasStream false: pushes reach the phone by its service worker alone
 */
export async function meet(
  world: World,
  browser: Browser,
  { page }: ConsolePage,
  { query = "", hasStream = true }: { readonly query?: string; readonly hasStream?: boolean } = {},
) {
  const user = uniqueName("user");
  const context = await openPhoneBrowser(browser);
  onTestFinished(() => context.close());
  if (!hasStream) await context.route(/\/\$emulator\/push\//, (route) => route.abort());
  const phones: PhonePage[] = [];
  /** Takes one of the user's phones in hand, whose app has started. */
  const open = async (name: string): Promise<PhonePage> => {
    const phone = await openPhone(context, world.apiUrl, `user=${user}&phone=${name}${query}`);
    phones.push(phone);
    await phone.started();
    await world.until(
      async () => (await world.agent.installations(user)).every(({ hubSync }) => hubSync === "synced"),
      true,
    );
    return phone;
  };
  const phone = await open("pixel");
  const ticket = await world.agent.openTicket({ userId: user, subject: "Calls drop" });
  await goTo(page, `/tickets/${ticket.id}`);

  return {
    user,
    phone,
    open,
    /** The ticket's screen in the console. */
    ticketPath: `/tickets/${ticket.id}`,
    /** What the policy refused on the phones, and what they threw. */
    troubles: () => phones.flatMap(({ troubles }) => troubles),

    /** The agent asks, from the ticket. @returns the request's id, whose screen is then before the agent */
    async ask(labels: readonly string[] = [APP_LOG]): Promise<string> {
      await goTo(page, `/tickets/${ticket.id}`);
      await page.getByRole("button", { name: "Request logs" }).click();
      await page.getByRole("textbox", { name: "Reason" }).fill("To see why your calls drop.");
      for (const name of labels) await page.getByRole("checkbox", { name }).check();
      return send(page);
    },
  };
}

/** Presses "Send request". @returns the request's id, whose screen is then there */
export async function send(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Send request" }).click();
  await page.waitForURL("**/log-requests/*");
  await page.locator('[data-connection="live"]').waitFor();
  return /[0-9a-f-]{36}$/.exec(new URL(page.url()).pathname)?.[0] ?? "";
}

/** Waits until the console says this of the request on its screen. */
export async function says(page: Page, words: string | RegExp): Promise<void> {
  await page.locator("[data-state] h2").getByText(words, { exact: true }).waitFor();
}

/** Of several phones, the one that is before the user's eyes: browsers draw the others about once a second. */
export const takeUp = ({ page }: PhonePage): Promise<void> => page.bringToFront();

/** The user taps the notification and reads the question. */
export async function openPrompt(phone: PhonePage, requestId: string): Promise<void> {
  await phone.notification(requestId).click();
  await phone.act("share").waitFor();
}

/** Waits until the phone's consent screen says this in this phase. */
export async function reads(phone: PhonePage, phase: string, words: string): Promise<void> {
  await phone.page.locator(`[data-phase="${phase}"]`).getByText(words).first().waitFor();
}

/** Holds the phone's uploads until they are let go, so that what stands in between can be looked at. */
export async function holdUploads(world: World, { page }: PhonePage) {
  const paths: string[] = [];
  let held: (() => void)[] = [];
  await page.route(
    ({ pathname }) => pathname.includes(`/${world.containers.ingest}/`),
    async (route) => {
      if (route.request().method() !== "PUT") return route.continue();
      paths.push(new URL(route.request().url()).pathname);
      await new Promise<void>((resolve) => held.push(resolve));
      // The page may have been loaded again meanwhile: then there is nothing to continue.
      await route.continue().catch(() => {});
    },
  );
  return {
    /** Of each upload that began, in their order. */
    paths,
    /** Waits until so many have begun, and lets go those that are held. */
    async letGo(count: number): Promise<void> {
      await world.until(() => paths.length, count);
      for (const go of held) go();
      held = [];
    },
  };
}

/** The payload of the request's push of this type, exactly as the emulator's inbox has it. */
export async function payloadOf(world: World, user: string, requestId: string, type: string): Promise<string> {
  let found: string | undefined;
  const look = async () => {
    const installations = await world.agent.installations(user);
    const bodies = installations.flatMap(({ id }) => world.hub.inbox({ installationId: `beckon-${id}` }));
    found = bodies.find(({ body }) => body.includes(requestId) && body.includes(`"${type}"`))?.body;
    return found !== undefined;
  };
  await world.until(look, true);
  return found ?? "";
}
