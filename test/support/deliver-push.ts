import type { Page } from "playwright-core";

interface Registration {
  readonly registrationId: string;
  readonly scopeURL: string;
}

/**
 * Hands a push to the page's service worker as the browser's own push service would: by a real `push` event.
 *
 * @param scope of the worker: the simulated phone's unless given
 */
export async function deliverPush(page: Page, data: string, scope = "/phone"): Promise<void> {
  const { origin } = new URL(page.url());
  // Only a worker that is active gets pushes.
  await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
  const devTools = await page.context().newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    devTools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }: { registrations: Registration[] }) => {
      const found = registrations.find(({ scopeURL }) => scopeURL === `${origin}${scope}`);
      if (found) resolve(found.registrationId);
    });
  });
  await devTools.send("ServiceWorker.enable");
  await devTools.send("ServiceWorker.deliverPushMessage", { origin, registrationId: await registered, data });
  await devTools.detach();
}
