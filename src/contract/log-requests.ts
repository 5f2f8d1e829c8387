import { z } from "zod";
import {
  DECISIONS,
  PLATFORMS,
  PUSH_KINDS,
  PUSH_STATES,
  REACHES,
  REJECT_REASONS,
  REQUEST_STATES,
  REQUEST_VIEWS,
} from "#domain/vocabulary.ts";
import { file, fileCounts, leftOut } from "./files.ts";
import {
  collectorName,
  id,
  listOf,
  locale,
  pageQuery,
  sha256,
  time,
  timeWindow,
  timeZone,
  userId,
} from "./primitives.ts";
import { route } from "./route.ts";

const MIB = 1024 * 1024;

export const newLogRequest = z
  .strictObject({
    userId,
    installationId: id.optional().meta({ description: "Ask only this installation" }),
    reason: z.string().trim().min(1).max(1_000).meta({ description: "Words that the user will read" }),
    collectors: z
      .array(collectorName)
      .min(1)
      .max(20)
      .refine((names) => new Set(names).size === names.length, {
        message: "must not repeat",
        params: { rule: "repeated" },
      }),
    window: timeWindow.optional(),
    maxBytes: z
      .number()
      .int()
      .min(1)
      .max(10_000 * MIB)
      .default(50 * MIB),
    maxFiles: z.number().int().min(1).max(500).default(50),
    answerBy: time.optional().meta({ description: "Ends the asking; a day from now unless given, at most 28 days" }),
  })
  .meta({ id: "NewLogRequest" });

export const logRequest = z
  .object({
    id,
    ticketId: id,
    ticketNumber: z.number().int().optional().meta({ description: "For people; not in the answer to the ask itself" }),
    ticketSubject: z.string().optional().meta({ description: "Where the ticket's number is" }),
    userId,
    userLabel: z.string().optional().meta({ description: "What agents call the user; where the ticket's number is" }),
    userTimeZone: timeZone.optional().meta({ description: "Where the ticket's number is" }),
    installationId: id.optional(),
    agentId: z.string(),
    reason: z.string(),
    collectors: z.array(collectorName),
    window: z.object({ from: time, to: time }).optional(),
    maxBytes: z.number().int(),
    maxFiles: z.number().int(),
    answerBy: time,
    uploadBy: time.optional(),
    state: z.enum(REQUEST_STATES),
    rejectReason: z.enum(REJECT_REASONS).optional(),
    reach: z.enum(REACHES),
    reachReason: z.string().optional(),
    reminders: z.number().int(),
    snoozedUntil: time.optional(),
    fileCounts,
    webUrl: z.url(),
    createdAt: time,
    updatedAt: time,
    endedAt: time.optional(),
  })
  .meta({ id: "LogRequest", description: "An agent's ask for one user's logs on one ticket." });

export const push = z
  .object({
    id,
    kind: z.enum(PUSH_KINDS),
    platform: z.enum(PLATFORMS),
    state: z.enum(PUSH_STATES),
    attempt: z.number().int(),
    nextAttemptAt: time.optional(),
    reason: z.string().optional(),
    outcomes: z
      .record(z.string(), z.number().int())
      .optional()
      .meta({ description: "Counts by the hub's outcome names" }),
    createdAt: time,
    finishedAt: time.optional(),
  })
  .meta({
    id: "Push",
    description: "One send to the hub. That the hub took it says nothing about the device: that is `seen`.",
  });

export const recordedConsent = z
  .object({
    id,
    decision: z.enum(DECISIONS),
    consentText: z.object({
      version: z.string(),
      locale,
      sha256,
      text: z
        .string()
        .optional()
        .meta({ description: "As it was shown, placeholders unfilled; its UTF-8 bytes have the hash" }),
    }),
    shown: z.record(z.string(), z.string()).meta({ description: "What stood in the text's placeholders" }),
    leftOut: z
      .array(leftOut)
      .meta({ description: "What the device found and did not send, or could not look for, in its own words" }),
    installationId: id.optional(),
    decidedAt: time,
    deviceNow: time.optional(),
    withdrawnAt: time.optional(),
  })
  .meta({ id: "RecordedConsent" });

export const logRequestDetail = logRequest
  .extend({ consent: recordedConsent.optional(), files: z.array(file), pushes: z.array(push) })
  .meta({ id: "LogRequestDetail" });

const requestParams = z.strictObject({ requestId: id });
const tag = "Log requests";

export const createLogRequest = route({
  name: "createLogRequest",
  method: "post",
  path: "/v1/tickets/{ticketId}/log-requests",
  audience: "agent",
  tag,
  summary: "Ask a user for their logs",
  params: z.strictObject({ ticketId: id }),
  body: newLogRequest,
  successes: [
    {
      status: 202,
      description: "Saved; it will reach an end, whatever dies in between",
      body: logRequest,
      headers: { Location: "Where it is" },
    },
  ],
  problems: ["user_not_on_ticket", "installation_not_of_user", "idempotency_key_reused", "in_progress"],
  idempotent: true,
});

export const listLogRequests = route({
  name: "listLogRequests",
  method: "get",
  path: "/v1/log-requests",
  audience: "agent",
  tag,
  summary: "List requests, newest first",
  query: z.strictObject({
    state: z
      .string()
      .transform((text) => text.split(","))
      .pipe(z.array(z.enum(REQUEST_STATES)))
      .optional()
      .meta({
        description: "One state, or several with commas",
        type: "string",
        examples: ["requested,notified,seen"],
      }),
    ticketId: id.optional(),
    userId: userId.optional(),
    agentId: z.string().max(256).optional(),
    view: z.enum(REQUEST_VIEWS).optional().meta({
      description:
        "`mine`: asked by the caller. `waiting`: not ended. `ready`: linked. `attention`, on open tickets: rejected; linked without every file; expired within a day; open with no installation to push to. Goes with the other filters",
    }),
    ...pageQuery,
  }),
  successes: [{ status: 200, description: "A page of requests", body: listOf(logRequest) }],
});

export const getLogRequest = route({
  name: "getLogRequest",
  method: "get",
  path: "/v1/log-requests/{requestId}",
  audience: "agent",
  tag,
  summary: "Read a request with its consent, files and pushes",
  params: requestParams,
  successes: [{ status: 200, description: "The request", body: logRequestDetail }],
});

export const cancelLogRequest = route({
  name: "cancelLogRequest",
  method: "post",
  path: "/v1/log-requests/{requestId}:cancel",
  audience: "agent",
  tag,
  summary: "Stop asking; before the files are uploaded",
  params: requestParams,
  successes: [{ status: 200, description: "The request, cancelled", body: logRequest }],
  problems: ["cannot_cancel", "conflict"],
});

export const remindLogRequest = route({
  name: "remindLogRequest",
  method: "post",
  path: "/v1/log-requests/{requestId}:remind",
  audience: "agent",
  tag,
  summary: "Push again; at most twice a request",
  params: requestParams,
  idempotent: true,
  successes: [{ status: 200, description: "The request", body: logRequest }],
  problems: ["request_not_open", "too_many_reminders", "conflict"],
});
