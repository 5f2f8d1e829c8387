import { HubError } from "#emulator/hub/hub-error.ts";
import { child, childText, parseXml } from "#emulator/wire/parse-xml.ts";
import { cdataElement, element, escapeXml, SERVICE_NAMESPACES } from "#emulator/wire/xml-text.ts";

/** The kinds of job (documentation of bulk export and import). */
export const JOB_TYPES = [
  "ExportRegistrations",
  "ImportCreateRegistrations",
  "ImportUpdateRegistrations",
  "ImportDeleteRegistrations",
  "ImportUpsertRegistrations",
] as const;

export type JobType = (typeof JOB_TYPES)[number];

/** One bulk job. Times are RFC 3339. */
export interface HubJob {
  id: string;
  type: JobType;
  status: "Started" | "Running" | "Completed" | "Failed";
  /** Percent. */
  progress: number;
  /** Container to write to, with its SAS. */
  outputContainerUri: string;
  /** Blob to read registrations from, with its SAS; null for an export. */
  importFileUri: string | null;
  /** Path of each output file by its name. */
  outputProperties: Readonly<Record<string, string>>;
  failure: string | null;
  /** What the output files hold. */
  output: string;
  failed: string;
  createdAt: string;
  updatedAt: string;
}

/** Reads the Atom entry of `POST /jobs`. @throws HubError 400 saying what is missing. */
export function parseJob(body: string): Pick<HubJob, "type" | "outputContainerUri" | "importFileUri"> {
  const entry = child(parseXml(body, "The job"), "entry");
  const content = entry && child(entry, "content");
  const job = content && child(content, "NotificationHubJob");
  if (!job) throw new HubError(400, "The job must be an Atom entry with a NotificationHubJob");
  const word = childText(job, "Type");
  const type = JOB_TYPES.find((each) => each === word);
  if (!type) throw new HubError(400, `The Type of a job is one of ${JOB_TYPES.join(", ")}, not '${word ?? ""}'`);
  const outputContainerUri = childText(job, "OutputContainerUri");
  if (!outputContainerUri || !URL.canParse(outputContainerUri))
    throw new HubError(400, "A job needs an OutputContainerUri that is a URL");
  const importFileUri = childText(job, "ImportFileUri");
  if (type !== "ExportRegistrations" && (!importFileUri || !URL.canParse(importFileUri)))
    throw new HubError(400, "An import needs an ImportFileUri that is a URL");
  return { type, outputContainerUri, importFileUri: importFileUri || null };
}

/** The Atom entry of a job. Property bags that are empty are left out, and the prefix is d3p1: the SDK reads it literally. */
export function jobEntry(job: HubJob, url: string): string {
  const properties = Object.entries(job.outputProperties).map(
    ([key, value]) =>
      `<d3p1:KeyValueOfstringstring>${element("d3p1:Key", key)}${element("d3p1:Value", value)}</d3p1:KeyValueOfstringstring>`,
  );
  return [
    '<entry xmlns="http://www.w3.org/2005/Atom">',
    element("id", url),
    `<title type="text">${escapeXml(job.id)}</title>`,
    `<content type="application/xml"><NotificationHubJob ${SERVICE_NAMESPACES}>`,
    element("JobId", job.id),
    element("Progress", job.progress),
    element("Type", job.type),
    element("Status", job.status),
    cdataElement("OutputContainerUri", job.outputContainerUri),
    job.importFileUri === null ? "" : cdataElement("ImportFileUri", job.importFileUri),
    job.failure === null ? "" : element("Failure", job.failure),
    properties.length === 0
      ? ""
      : `<OutputProperties xmlns:d3p1="http://schemas.microsoft.com/2003/10/Serialization/Arrays">${properties.join("")}</OutputProperties>`,
    element("CreatedAt", job.createdAt),
    element("UpdatedAt", job.updatedAt),
    "</NotificationHubJob></content></entry>",
  ].join("");
}

export function jobFeed(entries: readonly string[], url: string): string {
  return `<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Jobs</title>${element("id", url)}${entries.join("")}</feed>`;
}
