import { beckon, openPrompt, shownTests } from "./support.ts";
import { APP_VERSION, installationId, settings } from "./settings.ts";
import type { WorkerMessage } from "./worker-message.ts";

interface PushChannel {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

let channel: PushChannel | undefined;

/** Tells Beckon where this browser gets its pushes. @returns whether it gets any */
export async function registerForPush(): Promise<boolean> {
  channel ??= await findChannel();
  if (!channel) return false;
  const notificationsAllowed = Notification.permission === "granted";
  await beckon.register({
    platform: "browser",
    pushChannel: channel,
    notificationsAllowed,
    appVersion: APP_VERSION,
  });
  return true;
}

async function findChannel(): Promise<PushChannel | undefined> {
  // Safari on a phone has neither, unless the app was added to the home screen.
  if (!("serviceWorker" in navigator) || !("Notification" in globalThis)) return undefined;
  await navigator.serviceWorker.register("/service-worker.js");
  const worker = await navigator.serviceWorker.ready;
  if (settings.pushStandIn !== undefined) return openStandIn(worker, settings.pushStandIn);
  if (Notification.permission !== "granted" || settings.vapidPublicKey === undefined) return undefined;
  const { endpoint, keys } = (
    await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: settings.vapidPublicKey })
  ).toJSON();
  if (endpoint === undefined || !keys) return undefined;
  return { endpoint, p256dh: keys["p256dh"] ?? "", auth: keys["auth"] ?? "" };
}

/** In development no hub can reach a browser: the emulator keeps a stream of what this one was pushed. */
function openStandIn(worker: ServiceWorkerRegistration, url: string): PushChannel {
  const endpoint = `${url}/${installationId}`;
  const stream = new EventSource(`${endpoint}?after=latest`);
  stream.addEventListener("message", ({ data }: MessageEvent<string>) => {
    worker.active?.postMessage({ push: (JSON.parse(data) as { body: string }).body });
  });
  return { endpoint, p256dh: "none", auth: "none" };
}

/** Acts on what the service worker says, from now on. */
export function listenToWorker(): void {
  navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => {
    if (data.kind === "review") return openPrompt(data.requestId);
    if (data.isShown && data.push.type === "beckon.test") shownTests.add(data.push.requestId);
    void beckon.handle(data.push).catch((error: unknown) => console.error(error));
  });
}
