import { HubError } from "#emulator/hub/hub-error.ts";
import type { Call } from "./call.ts";
import {
  createOrUpdateInstallation,
  deleteInstallation,
  getInstallation,
  updateInstallation,
} from "./installation-operations.ts";
import type { Operation } from "./operation.ts";
import type { Reply } from "./reply.ts";
import { getNotificationOutcomeDetails, sendDirectNotification, sendNotification } from "./send-operations.ts";

type Handler = (call: Call) => Reply | Promise<Reply>;

/** Every operation of the data plane and what does it. */
export const HANDLERS: Readonly<Record<Operation, Handler>> = {
  createOrUpdateInstallation,
  getInstallation,
  updateInstallation,
  deleteInstallation,
  createRegistrationId: notYet,
  createRegistration: notYet,
  createOrUpdateRegistration: notYet,
  updateRegistration: notYet,
  getRegistration: notYet,
  deleteRegistration: notYet,
  listRegistrationsByChannel: notYet,
  listRegistrations: notYet,
  listRegistrationsByTag: notYet,
  sendNotification,
  sendDirectNotification,
  sendBatchNotification: notYet,
  scheduleNotification: notYet,
  cancelScheduledNotification: notYet,
  getNotificationOutcomeDetails,
  getFeedbackContainerUrl: notYet,
  submitNotificationHubJob: notYet,
  getNotificationHubJob: notYet,
  listNotificationHubJobs: notYet,
};

function notYet({ operation }: Call): never {
  throw new HubError(501, `The emulator does not model ${operation}`);
}
