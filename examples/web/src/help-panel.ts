/** What a user can do by themselves: report, take back, export, and let notifications in. */
import { exportLogs } from "beckon-sdk/device-logs";
import { defineReportScreen, openReport } from "beckon-sdk/report-screens";
import { testPush } from "beckon-sdk/test-push";
import { collectors } from "./logs.ts";
import { button, find, openDialog, say } from "./page.ts";
import { registerForPush } from "./push.ts";
import { recentCalls } from "./recent-calls.ts";
import { beckon, follow, openPrompt, options, reports } from "./support.ts";
import { APP_VERSION } from "./settings.ts";

const ReportScreen = defineReportScreen();

export function showHelpPanel(): void {
  find("#help-actions").replaceChildren(
    button("Report an issue", reportIssue),
    button("What I shared", showShared),
    button("Export logs", exportAll),
    button("Test notifications", testNotifications),
    ...(canAskForNotifications() ? [button("Allow notifications", allowNotifications)] : []),
  );
}

function reportIssue(): void {
  const screen = new ReportScreen();
  const dialog = openDialog(screen, "Report an issue", () => opened.stop());
  const opened = openReport(screen, { reports, calls: recentCalls(), onDone: () => dialog.close() });
  follow(opened);
}

/** Every request that was shared: its receipt has the way back. */
async function showShared(): Promise<void> {
  const shared = await beckon.requests(["consented", "uploaded", "linked"]);
  const list = document.createElement("ul");
  for (const { id, ticketNumber } of shared) {
    const show = button("Show", () => {
      dialog.close();
      openPrompt(id);
    });
    const line = document.createElement("li");
    line.append(`Ticket ${String(ticketNumber)} `, show);
    list.append(line);
  }
  const content = document.createElement("div");
  const close = button("Close", () => dialog.close());
  content.append(shared.length > 0 ? list : "Nothing is shared.", close);
  const dialog = openDialog(content, "What I shared");
  dialog.className = "list";
}

async function exportAll(): Promise<void> {
  const callIds = recentCalls().map(({ id }) => id);
  const exported = await exportLogs({ collectors, callIds, appVersion: APP_VERSION });
  if (exported) say(`${exported.name} is made.`);
}

/** For whoever misses notifications: a push that asks for nothing, and which link of the chain lost it. */
async function testNotifications(): Promise<void> {
  say("Testing …");
  try {
    const wrong = (await testPush(options)).find(({ state }) => state !== "ok");
    say(wrong ? `Notifications do not work: ${wrong.link}. ${wrong.todo}` : "Notifications work.");
  } catch (error) {
    console.error(error);
    say("Notifications cannot be tested just now.");
  }
}

function canAskForNotifications(): boolean {
  return "Notification" in globalThis && Notification.permission === "default";
}

/** By the user's own press, and when it makes sense to them: browsers punish pages that ask at once. */
async function allowNotifications(): Promise<void> {
  await Notification.requestPermission();
  await registerForPush();
  showHelpPanel();
}
