import * as routes from "#contract/devices.ts";
import { formatTime } from "#contract/primitives.ts";
import { renderDeviceFile } from "#contract/render-file.ts";
import type { HttpKit } from "#http/http-kit.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";
import { withdrawConsent } from "./withdraw-consent.ts";

/** Serves take-back to the user. */
export function serveWithdraw(kit: HttpKit, deps: { readonly store: Store; readonly clock: Clock }): void {
  kit.serve(routes.withdrawConsent, async ({ params, body, caller }) => {
    const { request, files, downloadedBefore } = await withdrawConsent(deps, caller, params.requestId, body.fileIds);
    return {
      status: 200,
      body: {
        requestId: request.id,
        state: request.state,
        files: files.map(renderDeviceFile),
        downloadedBefore: downloadedBefore.map(({ fileId, agentId, at }) => ({ fileId, agentId, at: formatTime(at) })),
      },
    };
  });
}
