import type { CollectorInfo, Installation, PushChannel } from "#domain/user.ts";
import type { HubSync, Platform } from "#domain/vocabulary.ts";
import type { Installations } from "#ports/store.ts";
import type { Installation as Row, Prisma } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

export function createInstallations(db: Db): Installations {
  return {
    async find(id) {
      const row = await db.installation.findUnique({ where: { id } });
      return row ? installationOf(row) : undefined;
    },
    async ofUser(userId) {
      const rows = await db.installation.findMany({
        where: { userId, removedAt: null },
        orderBy: [{ createdAt: "asc" }, { id: "asc" }],
      });
      return rows.map(installationOf);
    },
    async save(installation, { ifVersion }) {
      const data = columns(installation);
      const { id } = installation;
      const { count } =
        ifVersion === 0
          ? await db.installation.createMany({ data: [{ ...data, id, version: 1 }], skipDuplicates: true })
          : await db.installation.updateMany({
              where: { id, version: ifVersion },
              data: { ...data, version: ifVersion + 1 },
            });
      return count === 1;
    },
    async known(ids) {
      const rows = await db.installation.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
      return new Set(rows.map(({ id }) => id));
    },
    async forget(id, { ifVersion }) {
      await db.installation.deleteMany({ where: { id, version: ifVersion, removedAt: { not: null } } });
    },
  };
}

function columns(installation: Installation) {
  return {
    userId: installation.userId,
    platform: installation.platform,
    pushChannel: installation.pushChannel,
    locale: installation.locale ?? null,
    timeZone: installation.timeZone ?? null,
    appVersion: installation.appVersion ?? null,
    osVersion: installation.osVersion ?? null,
    sdkVersion: installation.sdkVersion ?? null,
    model: installation.model ?? null,
    notificationsAllowed: installation.notificationsAllowed ?? null,
    collectors: installation.collectors.map((collector): Prisma.InputJsonObject => ({ ...collector })),
    hubSync: installation.hubSync,
    hubSyncReason: installation.hubSyncReason ?? null,
    syncAt: dateOf(installation.syncAt),
    syncAttempt: installation.syncAttempt,
    previousUserId: installation.previousUserId ?? null,
    removedAt: dateOf(installation.removedAt),
    lastSeenAt: dateOf(installation.lastSeenAt),
    createdAt: dateOf(installation.createdAt),
  };
}

function installationOf(row: Row): Installation {
  return absentNulls<Installation>({
    id: row.id,
    version: row.version,
    userId: row.userId,
    platform: row.platform as Platform,
    pushChannel: row.pushChannel as PushChannel,
    locale: row.locale,
    timeZone: row.timeZone,
    appVersion: row.appVersion,
    osVersion: row.osVersion,
    sdkVersion: row.sdkVersion,
    model: row.model,
    notificationsAllowed: row.notificationsAllowed,
    collectors: row.collectors as readonly object[] as readonly CollectorInfo[],
    hubSync: row.hubSync as HubSync,
    hubSyncReason: row.hubSyncReason,
    syncAt: momentOf(row.syncAt),
    syncAttempt: row.syncAttempt,
    previousUserId: row.previousUserId,
    removedAt: momentOf(row.removedAt),
    lastSeenAt: momentOf(row.lastSeenAt),
    createdAt: momentOf(row.createdAt),
  });
}
