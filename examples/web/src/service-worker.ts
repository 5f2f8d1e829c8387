/** Looks at every push before anyone else does: Beckon's and ACS Calling's come through the same hub. */
import { parsePush } from "beckon-sdk";
import type { WorkerMessage } from "./worker-message.ts";

declare const self: ServiceWorkerGlobalScope;

/** What a push of Beckon's shows, beside its facts. */
interface Shown extends NotificationOptions {
  readonly title: string;
  readonly navigate: string;
}

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => event.waitUntil(handle(event.data?.text() ?? "")));

// Where no hub reaches this browser: push.ts hands over what the emulator sends.
self.addEventListener("message", (event) => {
  const { push } = event.data as { push?: string };
  if (push !== undefined) event.waitUntil(handle(push));
});

async function handle(text: string): Promise<void> {
  const push = parsePush(text);
  // Not Beckon's: yours, or one for ACS Calling's `handlePushNotification`, which its betas for the web have.
  if (!push) return;
  const { title, navigate, ...shown } = (JSON.parse(text) as { notification: Shown }).notification;
  // One action, and it leads to the question: nobody shares from a notification.
  const actions = push.type === "beckon.log-request" ? [{ action: "review", title: "Review" }] : [];
  // A test push leads to no question.
  const requestId = push.type === "beckon.test" ? undefined : push.requestId;
  const options = { ...shown, actions, data: { requestId, navigate } };
  // Without permission it rejects. The pages know all the same.
  const isShown = await self.registration.showNotification(title, options).then(
    () => true,
    () => false,
  );
  for (const page of await pages()) page.postMessage({ kind: "pushed", push, isShown } satisfies WorkerMessage);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(review((event.notification.data as { requestId?: string }).requestId));
});

async function review(requestId: string | undefined): Promise<void> {
  const [page] = await pages();
  if (!page) return void (await self.clients.openWindow(requestId ? `/?request=${requestId}` : "/"));
  await page.focus();
  if (requestId) page.postMessage({ kind: "review", requestId } satisfies WorkerMessage);
}

async function pages(): Promise<readonly WindowClient[]> {
  return self.clients.matchAll({ type: "window", includeUncontrolled: true });
}
