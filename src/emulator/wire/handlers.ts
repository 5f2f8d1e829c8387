import type { Call } from "./call.ts";
import {
  createOrUpdateInstallation,
  deleteInstallation,
  getInstallation,
  updateInstallation,
} from "./installation-operations.ts";
import {
  getFeedbackContainerUrl,
  getNotificationHubJob,
  listNotificationHubJobs,
  submitNotificationHubJob,
} from "./job-operations.ts";
import type { Operation } from "./operation.ts";
import { sendBatchNotification } from "./batch-operations.ts";
import {
  createOrUpdateRegistration,
  createRegistration,
  createRegistrationId,
  deleteRegistration,
  getRegistration,
  listRegistrations,
  listRegistrationsByChannel,
  listRegistrationsByTag,
  updateRegistration,
} from "./registration-operations.ts";
import type { Reply } from "./reply.ts";
import { cancelScheduledNotification, scheduleNotification } from "./schedule-operations.ts";
import { getNotificationOutcomeDetails, sendDirectNotification, sendNotification } from "./send-operations.ts";

type Handler = (call: Call) => Reply | Promise<Reply>;

/** Every operation of the data plane and what does it. */
export const HANDLERS: Readonly<Record<Operation, Handler>> = {
  createOrUpdateInstallation,
  getInstallation,
  updateInstallation,
  deleteInstallation,
  createRegistrationId,
  createRegistration,
  createOrUpdateRegistration,
  updateRegistration,
  getRegistration,
  deleteRegistration,
  listRegistrationsByChannel,
  listRegistrations,
  listRegistrationsByTag,
  sendNotification,
  sendDirectNotification,
  sendBatchNotification,
  scheduleNotification,
  cancelScheduledNotification,
  getNotificationOutcomeDetails,
  getFeedbackContainerUrl,
  submitNotificationHubJob,
  getNotificationHubJob,
  listNotificationHubJobs,
};
