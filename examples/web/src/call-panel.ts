/** The call: what is logged, what is kept when it fails, and what is asked afterwards. */
import { attachToSurvey } from "beckon-sdk/report-issue";
import { defineSurveyScreen, openSurvey } from "beckon-sdk/report-screens";
import { type AppCall, startCall, submitSurvey } from "./calling.ts";
import { appLog } from "./logs.ts";
import { button, find, openDialog } from "./page.ts";
import { rememberCall } from "./recent-calls.ts";
import { follow, incidents, reports } from "./support.ts";

const SurveyScreen = defineSurveyScreen();
const LABEL = "Robin";

export function showCallPanel(): void {
  find("#call-actions").replaceChildren(button("Call Robin", beginCall));
}

function beginCall(): void {
  const call = startCall("8:acs:robin");
  const startedAt = new Date();
  appLog.append(`call ${call.id} began`);
  rememberCall({ id: call.id, label: LABEL, startedAt });
  call.on("stateChanged", () => {
    find("#call-state").textContent = `Call with ${LABEL}: ${call.state}.`;
    if (call.state === "Disconnected") void endCall(call, startedAt);
  });
  find("#call-actions").replaceChildren(
    button("Hang up", () => call.hangUp()),
    button("Let it fail", () => call.fail()),
  );
}

async function endCall(call: AppCall, startedAt: Date): Promise<void> {
  const { code = 0 } = call.callEndReason ?? {};
  appLog.append(`call ${call.id} ended with ${code}`);
  showCallPanel();
  // What the logs say now: a report that the user makes tomorrow has it.
  const incident =
    code === 0 ? undefined : await incidents.markIncident({ callIds: [call.id], note: `ended with ${code}` });
  if (incident) rememberCall({ id: call.id, label: LABEL, startedAt, incidentId: incident.id });
  askHowItWas(call, incident?.id);
}

function askHowItWas(call: AppCall, incidentId: string | undefined): void {
  const screen = new SurveyScreen();
  const dialog = openDialog(screen, "How was the call?", () => opened.stop());
  const opened = openSurvey(screen, {
    reports,
    callId: call.id,
    submit: async (survey) => attachToSurvey(await submitSurvey(call, survey), survey),
    ...(incidentId !== undefined && { incidentId }),
    onDone: () => dialog.close(),
  });
  follow(opened);
}
