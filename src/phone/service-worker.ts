/**
 * The sample app's service worker, as an app would have it: shows what a push says, tells the open pages, and leads a tap to
 * the app. Its address is `/phone/service-worker.js`, its scope `/phone`.
 */
import { handlePush, type WorkerMessage } from "./handle-push.ts";

declare const self: ServiceWorkerGlobalScope;

const HOME = "/phone";

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const payload = event.data?.text() ?? "";
  const handled = handlePush(payload, {
    notify: ({ title, body, lang, tag, isSilent, renotify, push, navigate }) =>
      self.registration.showNotification(title, {
        body,
        lang,
        tag,
        silent: isSilent,
        ...(renotify && { renotify }),
        data: { requestId: push?.requestId, navigate },
      } as NotificationOptions),
    wake: () => tellPages({ kind: "beckon-push", payload }),
  });
  // Without permission nothing can be shown. The pages were told all the same.
  event.waitUntil(handled.then(noValue, noValue));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { requestId, navigate } = event.notification.data as { requestId?: string; navigate?: string };
  event.waitUntil(openApp(requestId, navigate));
});

async function openApp(requestId: string | undefined, navigate: string | undefined): Promise<void> {
  const [page] = await pages();
  if (page) {
    await page.focus();
    if (requestId !== undefined) page.postMessage({ kind: "beckon-tap", requestId } satisfies WorkerMessage);
    return;
  }
  // The address in the push is the operator's choice; one of another site is not this app.
  const isOurs = navigate !== undefined && new URL(navigate, self.location.origin).origin === self.location.origin;
  await self.clients.openWindow(isOurs ? navigate : HOME);
}

async function tellPages(message: WorkerMessage): Promise<void> {
  for (const page of await pages()) page.postMessage(message);
}

async function pages(): Promise<readonly WindowClient[]> {
  const all = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter(({ url }) => new URL(url).pathname === HOME);
}

function noValue(): void {}
