import { isLoopbackHost } from "#emulator/control/loopback-only.ts";
import { HubError } from "#emulator/hub/hub-error.ts";
import type { Hub } from "#emulator/hub/hub.ts";
import { newRegistrationId } from "#emulator/hub/new-id.ts";
import { parseRegistrationLine } from "#emulator/registration/parse-registration.ts";
import { registrationDescription } from "#emulator/registration/write-registration.ts";
import type { HubJob, JobType } from "./hub-job.ts";

/** Longest wait for a blob, in milliseconds. */
const BLOB_TIMEOUT_MS = 30_000;

/** What an import has come to. */
interface Lines {
  done: string[];
  failed: string[];
}

/**
 * Runs a job to its end and keeps it up to date. Blobs are read and written on this machine only: the emulator sends
 * nothing to the internet. A container elsewhere is simulated.
 */
export async function runJob(hub: Hub, job: HubJob, now: () => string, strictTags: boolean): Promise<void> {
  const update = (change: Partial<HubJob>): void => void Object.assign(job, change, { updatedAt: now() });
  update({ status: "Running" });
  try {
    const lines =
      job.type === "ExportRegistrations"
        ? exportLines(hub)
        : importLines(hub, job.type, await readBlob(job.importFileUri ?? ""), strictTags);
    const paths = {
      OutputFilePath: `/${hub.name}/${job.id}/Output.txt`,
      FailedFilePath: `/${hub.name}/${job.id}/Failed.txt`,
    };
    update({ output: textOf(lines.done), failed: textOf(lines.failed) });
    // A container elsewhere is simulated, as push services elsewhere are: what it would hold is kept here.
    if (isLoopbackHost(new URL(job.outputContainerUri).hostname)) {
      await writeBlob(job.outputContainerUri, paths.OutputFilePath, job.output);
      await writeBlob(job.outputContainerUri, paths.FailedFilePath, job.failed);
    }
    const container = new URL(job.outputContainerUri).pathname.replace(/^\//, "");
    update({
      status: "Completed",
      progress: 100,
      outputProperties: {
        OutputFilePath: `${container}/${paths.OutputFilePath}`,
        FailedFilePath: `${container}/${paths.FailedFilePath}`,
      },
    });
  } catch (error) {
    update({ status: "Failed", failure: error instanceof Error ? error.message : String(error) });
  }
}

function exportLines(hub: Hub): Lines {
  return {
    done: [...hub.registrations.entries()].map(([, registration]) => registrationDescription(registration)),
    failed: [],
  };
}

function importLines(hub: Hub, type: JobType, text: string, strictTags: boolean): Lines {
  const lines: Lines = { done: [], failed: [] };
  for (const line of text.split(/\r?\n/).filter((each) => each.trim() !== "")) {
    try {
      lines.done.push(importLine(hub, type, line, strictTags));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      lines.failed.push(`${error.message}\t${line}`);
    }
  }
  return lines;
}

function importLine(hub: Hub, type: JobType, line: string, strictTags: boolean): string {
  const { draft, id } = parseRegistrationLine(line, strictTags);
  const known = id === undefined ? undefined : hub.registrations.get(id);
  if (type !== "ImportCreateRegistrations" && id === undefined)
    throw new HubError(400, "The line has no RegistrationId");
  if ((type === "ImportUpdateRegistrations" || type === "ImportDeleteRegistrations") && !known)
    throw new HubError(404, `There is no registration ${id ?? ""}`);
  if (type === "ImportCreateRegistrations" && known)
    throw new HubError(409, `There is a registration ${id ?? ""} already`);
  const registration = { id: id ?? newRegistrationId(), etag: (known?.etag ?? 0) + 1, ...draft };
  if (type === "ImportDeleteRegistrations") hub.registrations.delete(registration.id);
  else hub.registrations.put(registration);
  return registrationDescription(registration);
}

async function readBlob(url: string): Promise<string> {
  const answer = await fetch(requireLoopback(url), { signal: AbortSignal.timeout(BLOB_TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`The import file was answered with status ${answer.status}`);
  return answer.text();
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

async function writeBlob(container: string, path: string, text: string): Promise<void> {
  const url = new URL(container);
  url.pathname = `${url.pathname.replace(/\/$/, "")}${path}`;
  const answer = await fetch(url, {
    method: "PUT",
    headers: { "x-ms-blob-type": "BlockBlob", "Content-Type": "text/plain; charset=utf-8" },
    body: text,
    signal: AbortSignal.timeout(BLOB_TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`The output container answered with status ${answer.status}`);
}

function requireLoopback(text: string): URL {
  const url = new URL(text);
  if (!isLoopbackHost(url.hostname))
    throw new Error(`The emulator reads blobs on this machine only, not on ${url.hostname}`);
  return url;
}
