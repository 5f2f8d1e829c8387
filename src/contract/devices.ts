/** What an app calls for its user: the wire of the client SDK. */
import { z } from "zod";
import {
  DECISIONS,
  FILE_REASONS,
  FILE_STATES,
  HUB_SYNCS,
  PLATFORMS,
  REJECT_REASONS,
  REQUEST_STATES,
} from "#domain/vocabulary.ts";
import { announcedFile, fileCounts, leftOut } from "./files.ts";
import { collectorName, id, listOf, locale, pageQuery, sha256, time, timeZone, userId } from "./primitives.ts";
import { route } from "./route.ts";

export const collectorInfo = z
  .strictObject({
    name: collectorName,
    label: z.string().max(100).optional(),
    typicalSizeBytes: z.number().int().min(0).optional(),
    oldestAt: time.optional(),
  })
  .meta({ id: "CollectorInfo", description: "A kind of log that the app says it can produce." });

export const pushChannel = z
  .union([
    z.string().min(1).max(4_096),
    z.strictObject({
      endpoint: z.url().max(2_048),
      p256dh: z.string().min(1).max(200),
      auth: z.string().min(1).max(100),
    }),
  ])
  .meta({
    id: "PushChannel",
    description: "A device token or channel URI; for `browser` the three parts of a Web Push subscription.",
  });

export const newInstallation = z
  .strictObject({
    platform: z.enum(PLATFORMS),
    pushChannel,
    locale: locale.optional(),
    timeZone: timeZone.optional(),
    appVersion: z.string().max(64).optional(),
    osVersion: z.string().max(64).optional(),
    sdkVersion: z.string().max(64).optional(),
    model: z.string().max(128).optional(),
    notificationsAllowed: z.boolean().optional(),
    collectors: z.array(collectorInfo).max(50).default([]),
  })
  .refine(({ platform, pushChannel: channel }) => (platform === "browser") === (typeof channel === "object"), {
    message: "'browser' takes { endpoint, p256dh, auth }; every other platform takes a string",
    path: ["pushChannel"],
  })
  .meta({ id: "NewInstallation" });

export const installation = z
  .object({
    id,
    userId,
    platform: z.enum(PLATFORMS),
    locale: locale.optional(),
    timeZone: timeZone.optional(),
    appVersion: z.string().optional(),
    osVersion: z.string().optional(),
    sdkVersion: z.string().optional(),
    model: z.string().optional(),
    notificationsAllowed: z.boolean().optional(),
    collectors: z.array(collectorInfo),
    hubSync: z.enum(HUB_SYNCS),
    hubSyncReason: z.string().optional(),
    lastSeenAt: time,
    createdAt: time,
  })
  .meta({ id: "Installation", description: "One app install registered for push. Its push channel is never shown." });

/** A file as its own user sees it. */
export const deviceFile = z
  .object({
    id,
    collector: collectorName,
    name: z.string(),
    sizeBytes: z.number().int(),
    sha256,
    state: z.enum(FILE_STATES),
    reason: z.enum(FILE_REASONS).optional(),
    deleteAfter: time.optional(),
  })
  .meta({ id: "DeviceFile" });

export const consentText = z.object({ version: z.string(), locale, text: z.string(), sha256 }).meta({
  id: "ConsentText",
  description: "The hash is over the UTF-8 bytes of the text with its placeholders unfilled.",
});

export const deviceLogRequest = z
  .object({
    id,
    state: z.enum(REQUEST_STATES),
    rejectReason: z.enum(REJECT_REASONS).optional(),
    ticketNumber: z.number().int(),
    reason: z.string().meta({ description: "The agent's words: show them quoted, as text" }),
    collectors: z.array(collectorName),
    window: z.object({ from: time, to: time }).optional(),
    maxBytes: z.number().int(),
    maxFiles: z.number().int(),
    answerBy: time,
    uploadBy: time.optional(),
    snoozedUntil: time.optional(),
    retentionDays: z.number().int(),
    consentText,
    consentValues: z.record(z.string(), z.string()).meta({
      description:
        "What to put in the text's placeholders `{name}`; the device fills `{files}` and `{totalSize}` itself",
    }),
    decision: z.enum(DECISIONS).optional(),
    files: z.array(deviceFile).meta({ description: "What the consent names, once there is one" }),
    createdAt: time,
  })
  .meta({
    id: "DeviceLogRequest",
    description: "A request as its user's app sees it. Push is only a wake-up; this is the truth.",
  });

export const uploadLink = z
  .object({
    fileId: id,
    url: z.url(),
    headers: z.record(z.string(), z.string()).meta({ description: "Send these with the upload" }),
    upload: z.enum(["single", "blocks"]),
    expiresAt: time,
  })
  .meta({ id: "UploadLink" });

export const uploadLinks = z.object({ links: z.array(uploadLink), there: z.array(id) }).meta({ id: "UploadLinks" });

export const newConsent = z
  .strictObject({
    decision: z.enum(DECISIONS),
    consentText: z
      .strictObject({ version: z.string().min(1).max(64), locale, sha256 })
      .meta({ description: "What was shown" }),
    installationId: id.optional(),
    deviceNow: time.meta({ description: "The device's clock: kept, never used" }),
    shown: z.record(z.string().max(40), z.string().max(5_000)).optional().meta({
      description:
        "What the device put in the placeholders that only it can fill: `files`, `totalSize`, `window`, `uploadBy`",
    }),
    files: z.array(announcedFile).max(500).default([]),
    leftOut: z.array(leftOut).max(500).default([]).meta({
      description: "What was found and is not among the files. Never what the user unticked: that is theirs to keep",
    }),
  })
  .refine(({ decision, leftOut: rest }) => decision === "share" || rest.length === 0, {
    message: "a 'decline' tells of no files",
    path: ["leftOut"],
  })
  .refine(({ decision, files }) => decision === "share" || files.length === 0, {
    message: "a 'decline' names no files",
    path: ["files"],
  })
  .refine(({ files }) => new Set(files.map(({ collector, name }) => `${collector}/${name}`)).size === files.length, {
    message: "two files have the same collector and name",
    path: ["files"],
  })
  .meta({ id: "NewConsent" });

export const answer = z
  .object({
    requestId: id,
    state: z.enum(REQUEST_STATES),
    decision: z.enum(DECISIONS),
    decidedAt: time,
    uploadBy: time.optional(),
    files: z.array(deviceFile),
    links: z
      .array(uploadLink)
      .meta({ description: "Empty with Retry-After while the file store is away: ask `:createUploadLinks`" }),
  })
  .meta({ id: "Answer" });

export const fileOutcome = z
  .strictObject({ fileId: id, outcome: z.enum(["uploaded", "given_up"]) })
  .meta({ id: "FileOutcome", description: "A file's first outcome stands." });

export const uploadProgress = z
  .object({ requestId: id, state: z.enum(REQUEST_STATES), fileCounts, files: z.array(deviceFile) })
  .meta({ id: "UploadProgress" });

export const withdrawal = z
  .object({
    requestId: id,
    state: z.enum(REQUEST_STATES),
    files: z.array(deviceFile),
    downloadedBefore: z.array(z.object({ fileId: id, agentId: z.string(), at: time })).meta({
      description:
        "Who had a download link of a file, or read it, before it was taken back; a ticket system that it was attached to goes by its name, such as `azure-devops`",
    }),
  })
  .meta({ id: "Withdrawal" });

export const receipt = z
  .object({
    requestId: id,
    ticketNumber: z.number().int(),
    userId,
    asked: z.object({
      at: time,
      agentId: z.string(),
      reason: z.string(),
      collectors: z.array(collectorName),
      window: z.object({ from: time, to: time }).optional(),
      maxBytes: z.number().int(),
      maxFiles: z.number().int(),
    }),
    decision: z.enum(DECISIONS),
    decidedAt: time,
    deviceNow: time.optional(),
    consentText,
    shown: z.record(z.string(), z.string()),
    leftOut: z.array(leftOut),
    uploadBy: time.optional(),
    withdrawnAt: time.optional(),
    state: z.enum(REQUEST_STATES),
    files: z.array(deviceFile),
  })
  .meta({ id: "Receipt", description: "The consent as the user keeps it. Unsigned in this version." });

const requestParams = z.strictObject({ requestId: id });
const tag = "Devices";

export const putInstallation = route({
  name: "putInstallation",
  method: "put",
  path: "/v1/installations/{installationId}",
  audience: "device",
  tag,
  summary: "Register this app install for push, or refresh it; at every start",
  params: z.strictObject({ installationId: id }),
  body: newInstallation,
  successes: [
    { status: 200, description: "Refreshed, or taken over from another user", body: installation },
    { status: 201, description: "Registered", body: installation },
  ],
  problems: ["conflict"],
});

export const deleteInstallation = route({
  name: "deleteInstallation",
  method: "delete",
  path: "/v1/installations/{installationId}",
  audience: "device",
  tag,
  summary: "Stop pushes to this app install; at sign-out",
  params: z.strictObject({ installationId: id }),
  successes: [{ status: 204, description: "Gone; the hub is told" }],
  problems: ["conflict"],
});

export const testPushResult = z
  .object({
    testId: id.optional().meta({ description: "Of the push that was sent; absent where none was" }),
    hubSync: z.enum(HUB_SYNCS),
    hub: z.enum(["accepted", "refused", "away", "not_asked"]).meta({
      description: "`refused`: the operator must mend it. `not_asked`: it does not know the installation yet",
    }),
    pushService: z.enum(["accepted", "channel_invalid", "credential_invalid", "refused", "unknown"]).meta({
      description: "The platform's word, where the hub waited for it",
    }),
    reason: z.string().optional().meta({ description: "What the hub said, in words" }),
  })
  .meta({ id: "TestPushResult", description: "How far a test push got." });

export const testPush = route({
  name: "testPush",
  method: "post",
  path: "/v1/installations/{installationId}:testPush",
  audience: "device",
  tag,
  summary: "Send a push that asks for nothing to this app install, and hear how far it gets; a few times a minute",
  params: z.strictObject({ installationId: id }),
  successes: [{ status: 200, description: "What hub and push service said", body: testPushResult }],
  problems: ["rate_limited"],
});

export const listMyLogRequests = route({
  name: "listMyLogRequests",
  method: "get",
  path: "/v1/me/log-requests",
  audience: "device",
  tag,
  summary: "List this user's requests; the open and consented ones unless asked otherwise",
  query: z.strictObject({
    state: z
      .string()
      .transform((text) => text.split(","))
      .pipe(z.array(z.enum(REQUEST_STATES)))
      .default(["requested", "notified", "seen", "consented"])
      .meta({ type: "string", description: "One state, or several with commas" }),
    locale: locale.optional().meta({ description: "Language of the consent text; the user's unless given" }),
    ...pageQuery,
  }),
  successes: [{ status: 200, description: "A page of requests", body: listOf(deviceLogRequest) }],
});

export const getMyLogRequest = route({
  name: "getMyLogRequest",
  method: "get",
  path: "/v1/me/log-requests/{requestId}",
  audience: "device",
  tag,
  summary: "Read one of this user's requests",
  params: requestParams,
  query: z.strictObject({ locale: locale.optional() }),
  successes: [{ status: 200, description: "The request", body: deviceLogRequest }],
});

export const seeLogRequest = route({
  name: "seeLogRequest",
  method: "post",
  path: "/v1/log-requests/{requestId}:seen",
  audience: "device",
  tag,
  summary: "Say that the prompt was shown",
  params: requestParams,
  body: z.strictObject({ installationId: id.optional() }).default({}),
  successes: [{ status: 200, description: "The request", body: deviceLogRequest }],
  problems: ["conflict"],
});

export const snoozeLogRequest = route({
  name: "snoozeLogRequest",
  method: "post",
  path: "/v1/log-requests/{requestId}:snooze",
  audience: "device",
  tag,
  summary: "Ask me later: takes the prompt down everywhere and brings it back",
  params: requestParams,
  body: z.strictObject({ snoozeUntil: time.meta({ description: "In the future, at most `answerBy`" }) }),
  successes: [{ status: 200, description: "The request", body: deviceLogRequest }],
  problems: ["request_not_open", "conflict"],
});

export const consentToLogRequest = route({
  name: "consentToLogRequest",
  method: "post",
  path: "/v1/log-requests/{requestId}:consent",
  audience: "device",
  tag,
  summary: "Record the user's answer; a share earns upload links",
  params: requestParams,
  body: newConsent,
  bodyLimitBytes: 512 * 1024,
  successes: [
    {
      status: 201,
      description: "Recorded",
      body: answer,
      headers: { "Retry-After": "Seconds, when no links could be made yet" },
    },
    { status: 200, description: "The same answer was recorded before", body: answer },
  ],
  problems: [
    "already_answered",
    "request_closed",
    "unknown_consent_text",
    "consent_exceeds_request",
    "installation_not_of_user",
    "conflict",
  ],
});

export const createUploadLinks = route({
  name: "createUploadLinks",
  method: "post",
  path: "/v1/log-requests/{requestId}:createUploadLinks",
  audience: "device",
  tag,
  summary: "Get fresh links for what is not there yet",
  params: requestParams,
  body: z.strictObject({ fileIds: z.array(id).max(500).optional() }).default({}),
  successes: [
    {
      status: 200,
      description: "Links, and which files are there already",
      body: uploadLinks,
    },
  ],
  problems: ["not_consented", "request_closed", "blob_store_unavailable"],
});

export const completeUploads = route({
  name: "completeUploads",
  method: "post",
  path: "/v1/log-requests/{requestId}:complete",
  audience: "device",
  tag,
  summary: "Say how the uploads of some or all files ended; any number of times",
  params: requestParams,
  body: z.strictObject({ files: z.array(fileOutcome).min(1).max(500) }),
  successes: [{ status: 200, description: "How far the request is", body: uploadProgress }],
  problems: ["not_consented", "file_outcome_stands", "conflict"],
});

export const withdrawConsent = route({
  name: "withdrawConsent",
  method: "post",
  path: "/v1/log-requests/{requestId}:withdraw",
  audience: "device",
  tag,
  summary: "Take back everything, or the named files",
  params: requestParams,
  body: z.strictObject({ fileIds: z.array(id).min(1).max(500).optional() }).default({}),
  successes: [{ status: 200, description: "What stands now", body: withdrawal }],
  problems: ["nothing_to_withdraw", "conflict"],
});

export const getReceipt = route({
  name: "getReceipt",
  method: "get",
  path: "/v1/log-requests/{requestId}/receipt",
  audience: "device",
  tag,
  summary: "Read the consent as the user keeps it",
  params: requestParams,
  successes: [{ status: 200, description: "The receipt", body: receipt }],
});

export type DeviceLogRequest = z.output<typeof deviceLogRequest>;
export type Receipt = z.output<typeof receipt>;
