import type { z } from "zod";
import { ownerIdOf } from "#domain/facts.ts";
import type { LeftOut } from "#domain/consent.ts";
import type { LogFile } from "#domain/log-file.ts";
import type { AnnouncedFile } from "#domain/log-file.ts";
import type { announcedFile, file, leftOut } from "./files.ts";
import type { deviceFile } from "./devices.ts";
import { formatTime, parseTime } from "./primitives.ts";

/** A file as agents see it. `webUrl` is a link that can be pasted anywhere. */
export function renderFile(given: LogFile, webUrl: string): z.output<typeof file> {
  return {
    id: given.id,
    ...ownerIdOf(given),
    ...(given.ownerKind === "agent_upload" && { agentUploadId: given.ownerId }),
    ...(given.unproven && { unproven: true }),
    ticketId: given.ticketId,
    collector: given.collector,
    name: given.name,
    sizeBytes: given.sizeBytes,
    sha256: given.sha256,
    modifiedAt: formatTime(given.modifiedAt),
    ...(given.coversFrom === undefined ? {} : { coversFrom: formatTime(given.coversFrom) }),
    ...(given.coversTo === undefined ? {} : { coversTo: formatTime(given.coversTo) }),
    coverage: given.coverage,
    state: given.state,
    ...(given.reason === undefined ? {} : { reason: given.reason }),
    ...(given.uploadedAt === undefined ? {} : { uploadedAt: formatTime(given.uploadedAt) }),
    ...(given.linkedAt === undefined ? {} : { linkedAt: formatTime(given.linkedAt) }),
    ...(given.deleteAfter === undefined ? {} : { deleteAfter: formatTime(given.deleteAfter) }),
    ...(given.deletedAt === undefined ? {} : { deletedAt: formatTime(given.deletedAt) }),
    webUrl,
  };
}

/** A file as its own user sees it. */
export function renderDeviceFile(given: LogFile): z.output<typeof deviceFile> {
  return {
    id: given.id,
    collector: given.collector,
    name: given.name,
    sizeBytes: given.sizeBytes,
    sha256: given.sha256,
    state: given.state,
    ...(given.reason === undefined ? {} : { reason: given.reason }),
    ...(given.deleteAfter === undefined ? {} : { deleteAfter: formatTime(given.deleteAfter) }),
  };
}

/** What a device did not send, in domain words. */
export function readLeftOut({ collector, name, sizeBytes, reason }: z.output<typeof leftOut>): LeftOut {
  return {
    collector,
    ...(name === undefined ? {} : { name: name.normalize("NFC") }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    reason,
  };
}

/** What a device announced, in domain words. */
export function readAnnouncedFile(given: z.output<typeof announcedFile>): AnnouncedFile {
  const { coversFrom, coversTo, modifiedAt, ...rest } = given;
  return {
    ...rest,
    name: given.name.normalize("NFC"),
    modifiedAt: parseTime(modifiedAt),
    ...(coversFrom === undefined ? {} : { coversFrom: parseTime(coversFrom) }),
    ...(coversTo === undefined ? {} : { coversTo: parseTime(coversTo) }),
  };
}
