import type { Fact } from "#domain/facts.ts";
import { Problem } from "#domain/problems.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import type { Installation } from "#domain/user.ts";
import type { Actor } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";

/** What an app says about itself at every start. */
export type InstallationContent = Pick<
  Installation,
  | "platform"
  | "pushChannel"
  | "locale"
  | "timeZone"
  | "appVersion"
  | "osVersion"
  | "sdkVersion"
  | "model"
  | "notificationsAllowed"
  | "collectors"
>;

export interface RegisterInstallation {
  readonly store: Store;
  readonly clock: Clock;
}

/**
 * Registers an app install for its user, refreshes it, or takes it over from the user who was signed in before. Committed here
 * with an outbox fact; a worker tells the hub. What the hub need not know again is saved without troubling it.
 *
 * @throws conflict
 */
export async function registerInstallation(
  { store, clock }: RegisterInstallation,
  actor: Actor,
  { id, userId, content }: { readonly id: string; readonly userId: string; readonly content: InstallationContent },
): Promise<{ readonly installation: Installation; readonly created: boolean }> {
  return retryConflicts(() =>
    store.transaction(async (tx) => {
      const now = clock.now();
      const facts: Fact[] = [];
      if (await tx.users.ensure(userId, now)) facts.push({ type: "user.created", at: now, actor, userId });
      const standing = await tx.installations.find(id);
      const version = standing?.version ?? 0;
      const takenOver = standing !== undefined && standing.userId !== userId;
      const hubKnows =
        standing !== undefined && !takenOver && standing.removedAt === undefined && sameForHub(standing, content);
      // The first whom the hub still knows here: of those in between it never heard, so they had no prompt to close.
      const previousUserId = standing?.previousUserId ?? (takenOver ? standing.userId : undefined);
      const installation: Installation = {
        ...content,
        id,
        userId,
        version,
        ...(hubKnows
          ? {
              hubSync: standing.hubSync,
              ...(standing.hubSyncReason === undefined ? {} : { hubSyncReason: standing.hubSyncReason }),
              ...(standing.syncAt === undefined ? {} : { syncAt: standing.syncAt }),
              syncAttempt: standing.syncAttempt,
            }
          : { hubSync: "pending" as const, syncAt: now, syncAttempt: 0 }),
        ...(previousUserId === undefined || previousUserId === userId ? {} : { previousUserId }),
        lastSeenAt: now,
        createdAt: standing?.createdAt ?? now,
      };
      if (!(await tx.installations.save(installation, { ifVersion: version }))) return "conflict";
      if (!hubKnows) {
        const type = takenOver ? "installation.takenOver" : "installation.registered";
        const data = { platform: content.platform, ...(takenOver ? { previousUserId: standing.userId } : {}) };
        facts.push({ type, at: now, actor, userId, installationId: id, data });
      }
      await tx.append(facts);
      return { installation: { ...installation, version: version + 1 }, created: standing === undefined };
    }),
  );
}

function sameForHub(standing: Installation, content: InstallationContent): boolean {
  return (
    standing.platform === content.platform &&
    JSON.stringify(standing.pushChannel) === JSON.stringify(content.pushChannel)
  );
}

/**
 * Signs an app install out of push. The hub is told by a worker; the row goes when the hub has forgotten it.
 *
 * @throws not_found when it is not this user's
 */
export async function removeInstallation(
  { store, clock }: RegisterInstallation,
  actor: Actor,
  { id, userId }: { readonly id: string; readonly userId: string },
): Promise<void> {
  await retryConflicts(() =>
    store.transaction(async (tx) => {
      const standing = await tx.installations.find(id);
      if (!standing || standing.userId !== userId) throw new Problem("not_found");
      if (standing.removedAt !== undefined) return undefined;
      const now = clock.now();
      const removed: Installation = { ...standing, removedAt: now, hubSync: "pending", syncAt: now, syncAttempt: 0 };
      if (!(await tx.installations.save(removed, { ifVersion: standing.version }))) return "conflict";
      await tx.append([{ type: "installation.removed", at: now, actor, userId, installationId: id }]);
      return undefined;
    }),
  );
}
