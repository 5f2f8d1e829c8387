import { randomUUID } from "node:crypto";
import { testPush } from "#contract/devices.ts";
import { Problem } from "#domain/problems.ts";
import type { HttpKit } from "#http/http-kit.ts";
import type { Desk } from "./desk.ts";

/**
 * Serves the test push: hub and push service say what the script says. It sends nothing: the push is injected by hand, and
 * `desk.testId` is the one that it carries.
 */
export function serveTestPush(kit: HttpKit, desk: Desk): void {
  kit.serve(testPush, async ({ params, caller }) => {
    if (desk.installations.get(params.installationId)?.userId !== caller.userId) throw new Problem("not_found");
    const testId = randomUUID();
    desk.testId = testId;
    return { status: 200, body: { testId, hubSync: "synced", hub: "accepted", pushService: desk.pushService } };
  });
}
