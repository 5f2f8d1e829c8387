import { randomUUID } from "node:crypto";
import { HubError } from "#emulator/hub/hub-error.ts";
import { jobEntry, jobFeed, parseJob } from "#emulator/job/hub-job.ts";
import type { HubJob } from "#emulator/job/hub-job.ts";
import { runJob } from "#emulator/job/run-job.ts";
import { hubUrl } from "./call.ts";
import type { Call } from "./call.ts";
import type { Reply } from "./reply.ts";

/** `POST /jobs`: 201 with the job, which goes on by itself. */
export function submitNotificationHubJob(call: Call): Reply {
  const { clock, strict } = call.namespace;
  const at = clock.nowText();
  const job: HubJob = {
    ...parseJob(call.body),
    id: randomUUID(),
    status: "Started",
    progress: 0,
    outputProperties: {},
    failure: null,
    output: "",
    failed: "",
    createdAt: at,
    updatedAt: at,
  };
  call.hub.jobs.set(job.id, job);
  const reply = entryReply(call, job, 201);
  // It ends as Failed with the reason where anything goes wrong, so there is nothing to catch.
  void runJob(call.hub, job, () => clock.nowText(), strict.tags);
  return { ...reply, headers: { ...reply.headers, Location: jobUrl(call, job) } };
}

export function getNotificationHubJob(call: Call): Reply {
  const job = call.hub.jobs.get(call.id);
  if (!job) throw new HubError(404, "The job does not exist");
  return entryReply(call, job, 200);
}

export function listNotificationHubJobs(call: Call): Reply {
  const entries = [...call.hub.jobs.values()].map((job) => jobEntry(job, jobUrl(call, job)));
  return {
    status: 200,
    headers: { "Content-Type": "application/atom+xml;type=feed;charset=utf-8" },
    body: jobFeed(entries, hubUrl(call, "jobs")),
  };
}

/** `GET /feedbackcontainer`: plain text, the URL under which the push services' complaints are kept by day. */
export function getFeedbackContainerUrl(call: Call): Reply {
  return {
    status: 200,
    headers: { "Content-Type": "text/plain; charset=utf-8" },
    body: `${call.origin}/$emulator/hubs/${call.hub.name}/feedback`,
  };
}

function entryReply(call: Call, job: HubJob, status: number): Reply {
  return {
    status,
    headers: { "Content-Type": "application/atom+xml;type=entry;charset=utf-8" },
    body: jobEntry(job, jobUrl(call, job)),
  };
}

function jobUrl(call: Call, job: HubJob): string {
  return hubUrl(call, `jobs/${job.id}`);
}
