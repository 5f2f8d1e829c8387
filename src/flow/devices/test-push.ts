import { Problem } from "#domain/problems.ts";
import type { HubSync, Moment } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { PushGateway, PushServiceWord } from "#ports/push-gateway.ts";
import type { Store } from "#ports/store.ts";

export interface TestPushDeps {
  readonly store: Pick<Store, "installations">;
  readonly gateway: Pick<PushGateway, "sendTest">;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** How far a test push got. */
export interface TestPushResult {
  /** Absent where none was sent. */
  readonly testId?: string;
  readonly hubSync: HubSync;
  readonly hub: "accepted" | "refused" | "away" | "not_asked";
  readonly pushService: PushServiceWord;
  /** The hub's, in words for an operator. */
  readonly reason?: string;
}

/** One installation gets so many a minute from one process: who looks for a fault tries again, and a loop does no harm. */
const MOST_A_MINUTE = 6;
const MINUTE_MS = 60_000;

/** As long as an answer may take; the hub has 10 s, and is asked twice at most. */
const SEND_MS = 25_000;

/**
 * Makes a function that sends a test push to an installation and says how far it got. Nothing is stored: whether it was shown,
 * only the device knows.
 */
export function createTestPush({ store, gateway, clock, ids }: TestPushDeps) {
  const sent = new Map<string, Moment[]>();

  /** @throws Problem `rate_limited` */
  function count(installationId: string): void {
    const now = clock.now();
    for (const [id, times] of sent) if ((times.at(-1) ?? 0) <= now - MINUTE_MS) sent.delete(id);
    const lately = (sent.get(installationId) ?? []).filter((at) => at > now - MINUTE_MS);
    const [oldest] = lately;
    if (oldest !== undefined && lately.length >= MOST_A_MINUTE) {
      throw new Problem("rate_limited", {
        detail: `An installation gets ${MOST_A_MINUTE} test pushes a minute.`,
        retryAfterSeconds: Math.max(1, Math.ceil((oldest + MINUTE_MS - now) / 1000)),
      });
    }
    sent.set(installationId, [...lately, now]);
  }

  /** @throws Problem `not_found` where the user has no such installation, `rate_limited` */
  return async (installationId: string, userId: string): Promise<TestPushResult> => {
    const installation = await store.installations.find(installationId);
    if (installation?.userId !== userId || installation.removedAt !== undefined) throw new Problem("not_found");
    const { hubSync, hubSyncReason, platform, locale = "en" } = installation;
    if (hubSync !== "synced") {
      return {
        hubSync,
        hub: "not_asked",
        pushService: "unknown",
        ...(hubSyncReason !== undefined && { reason: hubSyncReason }),
      };
    }
    count(installationId);
    const testId = ids.next();
    const push = { testId, platform, installationId, locale };
    const outcome = await gateway.sendTest(push, AbortSignal.timeout(SEND_MS));
    if (outcome.kind === "accepted") return { testId, hubSync, hub: "accepted", pushService: outcome.pushService };
    const hub = outcome.kind === "later" ? "away" : "refused";
    return { hubSync, hub, pushService: "unknown", reason: outcome.reason };
  };
}
