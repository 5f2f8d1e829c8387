/** The SDK, as this app uses it: requests of support, the user's own reports, and moments worth keeping. */
import { createBeckon, indexedDbStorage } from "beckon-sdk";
import { defineConsentScreen, openConsent, type OpenedConsent } from "beckon-sdk/consent-screen";
import { createIncidents } from "beckon-sdk/device-logs";
import { createReports } from "beckon-sdk/report-issue";
import type { OpenedReport } from "beckon-sdk/report-screens";
import { collectors } from "./logs.ts";
import { button, find, openDialog } from "./page.ts";
import { APP_VERSION, installationId, settings } from "./settings.ts";

let token: string | undefined;
let openedPrompt: OpenedConsent | undefined;
let openedReport: OpenedReport | undefined;

async function getToken({ refresh }: { refresh: boolean }): Promise<string> {
  if (token === undefined || refresh) {
    const response = await fetch(`/beckon-token?installationId=${installationId}`, { method: "POST" });
    if (!response.ok) throw new Error(`The back end gave no token: ${response.status}`);
    ({ token } = (await response.json()) as { token: string });
  }
  return token;
}

export const options = {
  baseUrl: settings.beckonUrl,
  getToken,
  installationId,
  collectors,
  storage: indexedDbStorage(),
  onError: (error: unknown) => console.error(error),
};

/** Test pushes that the service worker showed. */
export const shownTests = new Set<string>();

export const beckon = createBeckon({
  ...options,
  onTestPush: (testId) => shownTests.has(testId),
  onPrompt: ({ id }) => showNotice(id),
  onPromptClosed(closed) {
    document.getElementById(`prompt-${closed.requestId}`)?.remove();
    find("#prompts").hidden = find("#prompts").childElementCount === 0;
    openedPrompt?.closed(closed);
  },
  onProgress: (progress) => openedPrompt?.progress(progress),
});

export const incidents = createIncidents({
  storage: options.storage,
  collectors,
  userId: settings.userId,
  appVersion: APP_VERSION,
});

export const reports = createReports({
  ...options,
  userId: settings.userId,
  incidents,
  onReport: (status) => openedReport?.report(status),
});

/** A line that leads to the question: what the user is doing, such as a call, is not interrupted. */
function showNotice(requestId: string): void {
  const notice = document.createElement("div");
  notice.className = "prompt";
  notice.id = `prompt-${requestId}`;
  notice.append(
    "Support asks for logs.",
    button("Review", () => openPrompt(requestId)),
  );
  find("#prompts").append(notice);
  find("#prompts").hidden = false;
}

const ConsentScreen = defineConsentScreen();

/** The question; of a request that is answered already the receipt, with its way back. */
export function openPrompt(requestId: string): void {
  const screen = new ConsentScreen();
  const dialog = openDialog(screen, "Request of support", () => opened.stop());
  const opened = openConsent(screen, { beckon, requestId, onDone: () => dialog.close() });
  openedPrompt = opened;
}

/** The report or survey screen that hears how far a report is. */
export function follow(opened: OpenedReport): OpenedReport {
  openedReport = opened;
  return opened;
}

/** At every start, and when the user comes back: pushes get lost, these do not. */
export async function sync(): Promise<void> {
  await Promise.all([beckon.sync(), reports.sync()]);
}
