import type { AccessRight } from "#emulator/hub/access-policy.ts";

/**
 * Every operation of the data plane with the right that it needs. The table of the documentation's security page; what it
 * does not name is ours: reading telemetry takes Send, for nothing public says whether the service wants Send or Manage.
 */
export const OPERATION_RIGHTS = {
  createOrUpdateInstallation: "Listen",
  getInstallation: "Listen",
  updateInstallation: "Listen",
  deleteInstallation: "Listen",
  createRegistrationId: "Listen",
  createRegistration: "Listen",
  createOrUpdateRegistration: "Listen",
  updateRegistration: "Listen",
  getRegistration: "Listen",
  deleteRegistration: "Listen",
  listRegistrationsByChannel: "Listen",
  listRegistrations: "Manage",
  listRegistrationsByTag: "Manage",
  sendNotification: "Send",
  sendDirectNotification: "Send",
  sendBatchNotification: "Send",
  scheduleNotification: "Send",
  cancelScheduledNotification: "Send",
  getNotificationOutcomeDetails: "Send",
  getFeedbackContainerUrl: "Manage",
  submitNotificationHubJob: "Manage",
  getNotificationHubJob: "Manage",
  listNotificationHubJobs: "Manage",
} as const satisfies Record<string, AccessRight>;

/**
 * What a hub below Standard refuses with 403, in words; Free refuses batches as well (documentation of pricing tiers and of
 * each operation).
 */
export const TIER_REFUSALS: Partial<Record<keyof typeof OPERATION_RIGHTS, { tiers: readonly string[]; what: string }>> =
  {
    getNotificationOutcomeDetails: { tiers: ["Free", "Basic"], what: "Notification telemetry" },
    scheduleNotification: { tiers: ["Free", "Basic"], what: "Scheduling" },
    cancelScheduledNotification: { tiers: ["Free", "Basic"], what: "Scheduling" },
    getFeedbackContainerUrl: { tiers: ["Free", "Basic"], what: "Push notification system feedback" },
    submitNotificationHubJob: { tiers: ["Free", "Basic"], what: "Bulk import and export" },
    getNotificationHubJob: { tiers: ["Free", "Basic"], what: "Bulk import and export" },
    listNotificationHubJobs: { tiers: ["Free", "Basic"], what: "Bulk import and export" },
    sendBatchNotification: { tiers: ["Free"], what: "Direct batch send" },
  };

export type Operation = keyof typeof OPERATION_RIGHTS;

/** Words that stand for several operations in a fault. `send` is every immediate send; `sendNotification` only those to tags or to all. */
export const OPERATION_GROUPS = {
  send: ["sendNotification", "sendDirectNotification", "sendBatchNotification"],
  installations: ["createOrUpdateInstallation", "getInstallation", "updateInstallation", "deleteInstallation"],
  registrations: [
    "createRegistrationId",
    "createRegistration",
    "createOrUpdateRegistration",
    "updateRegistration",
    "getRegistration",
    "deleteRegistration",
    "listRegistrationsByChannel",
    "listRegistrations",
    "listRegistrationsByTag",
  ],
} as const satisfies Record<string, readonly Operation[]>;

export type OperationGroup = keyof typeof OPERATION_GROUPS;

/** The operations that a word of a fault means: a group's, or the one of that name; undefined when there is none. */
export function operationsOf(word: string): readonly Operation[] | undefined {
  if (Object.hasOwn(OPERATION_GROUPS, word)) return OPERATION_GROUPS[word as OperationGroup];
  return Object.hasOwn(OPERATION_RIGHTS, word) ? [word as Operation] : undefined;
}
