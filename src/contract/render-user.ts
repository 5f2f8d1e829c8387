import type { z } from "zod";
import type { Installation, User } from "#domain/user.ts";
import type { installation } from "./devices.ts";
import { formatTime } from "./primitives.ts";
import type { user } from "./users.ts";

export function renderUser(given: User): z.output<typeof user> {
  return {
    id: given.id,
    ...(given.label === undefined ? {} : { label: given.label }),
    contacts: [...given.contacts],
    ...(given.locale === undefined ? {} : { locale: given.locale }),
    ...(given.timeZone === undefined ? {} : { timeZone: given.timeZone }),
    createdAt: formatTime(given.createdAt),
    updatedAt: formatTime(given.updatedAt),
  };
}

/** Without the push channel: who holds it can push. */
export function renderInstallation(given: Installation): z.output<typeof installation> {
  const {
    id,
    userId,
    platform,
    locale,
    timeZone,
    appVersion,
    osVersion,
    sdkVersion,
    model,
    notificationsAllowed,
    hubSync,
    hubSyncReason,
  } = given;
  return {
    id,
    userId,
    platform,
    ...(locale === undefined ? {} : { locale }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(appVersion === undefined ? {} : { appVersion }),
    ...(osVersion === undefined ? {} : { osVersion }),
    ...(sdkVersion === undefined ? {} : { sdkVersion }),
    ...(model === undefined ? {} : { model }),
    ...(notificationsAllowed === undefined ? {} : { notificationsAllowed }),
    collectors: given.collectors.map(({ oldestAt, ...rest }) => ({
      ...rest,
      ...(oldestAt === undefined ? {} : { oldestAt: formatTime(oldestAt) }),
    })),
    hubSync,
    ...(hubSyncReason === undefined ? {} : { hubSyncReason }),
    lastSeenAt: formatTime(given.lastSeenAt),
    createdAt: formatTime(given.createdAt),
  };
}
