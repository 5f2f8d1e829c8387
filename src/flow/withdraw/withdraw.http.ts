import * as routes from "#contract/devices.ts";
import { formatTime } from "#contract/primitives.ts";
import { renderDeviceFile } from "#contract/render-file.ts";
import { withdrawReport } from "#contract/reports.ts";
import type { HttpKit } from "#http/http-kit.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";
import { withdrawConsent, type Withdrawal } from "./withdraw-consent.ts";

/** Serves take-back to the user, of what they were asked for and of what they reported. */
export function serveWithdraw(kit: HttpKit, deps: { readonly store: Store; readonly clock: Clock }): void {
  kit.serve(routes.withdrawConsent, async ({ params: { requestId }, body, caller }) => {
    const withdrawal = await withdrawConsent(deps, caller, { kind: "request", id: requestId }, body.fileIds);
    return { status: 200, body: { requestId, ...render(withdrawal) } };
  });

  kit.serve(withdrawReport, async ({ params: { reportId }, body, caller }) => {
    const withdrawal = await withdrawConsent(deps, caller, { kind: "report", id: reportId }, body.fileIds);
    return { status: 200, body: { reportId, ...render(withdrawal) } };
  });
}

function render({ owner, files, downloadedBefore }: Withdrawal) {
  return {
    state: owner.state,
    files: files.map(renderDeviceFile),
    downloadedBefore: downloadedBefore.map(({ fileId, agentId, at }) => ({ fileId, agentId, at: formatTime(at) })),
  };
}
