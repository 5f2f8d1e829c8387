import { showCallPanel } from "./call-panel.ts";
import { showHelpPanel } from "./help-panel.ts";
import { appLog } from "./logs.ts";
import { say } from "./page.ts";
import { listenToWorker, registerForPush } from "./push.ts";
import { openPrompt, sync } from "./support.ts";

appLog.append("the app was opened");
showCallPanel();
showHelpPanel();
listenToWorker();

async function bringUpToDate(): Promise<void> {
  try {
    await sync();
    say((await registerForPush()) ? "Support can reach this browser." : "Support can ask when this page is open.");
  } catch (error) {
    console.error(error);
    say("Support cannot be reached. This goes on by itself.");
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void bringUpToDate();
});
addEventListener("online", () => void bringUpToDate());
await bringUpToDate();

/** Where a notification led here. */
const asked = new URLSearchParams(location.search).get("request");
if (asked !== null) openPrompt(asked);
