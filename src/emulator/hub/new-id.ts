import { randomBytes, randomInt, randomUUID } from "node:crypto";

/** `{int64}-{int64}-{n}`, the shape of recorded registration ids; any string that is safe in a path would do. */
export function newRegistrationId(): string {
  const bytes = randomBytes(16);
  // Joined, not a template: that would keep the pieces for as long as the id.
  return [bytes.readBigUInt64BE(0) >> 1n, bytes.readBigUInt64BE(8) >> 1n, 1].join("-");
}

/** `{32 hex}-{yyyyMMddHHmmss}-{n}-{n}`, the shape of recorded notification ids. */
export function newNotificationId(now: number): string {
  return `${hexId()}-${stamp(now)}-${randomInt(1_000_000_000)}-1`;
}

/** `{32 hex}_{yyyyMMddHHmmss}_{n}_{n}`, the shape of recorded ids of scheduled notifications. */
export function newScheduledNotificationId(now: number): string {
  return `${hexId()}_${stamp(now)}_${randomInt(1_000_000_000)}_1`;
}

function hexId(): string {
  return randomUUID().replaceAll("-", "");
}

function stamp(now: number): string {
  return new Date(now).toISOString().replaceAll(/\D/g, "").slice(0, 14);
}
