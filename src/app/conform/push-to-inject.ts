import { randomUUID } from "node:crypto";
import { buildNotification, DEFAULT_APNS_PRESENTATION } from "#adapters/notification-hubs/build-notification.ts";
import { buildTestNotification } from "#adapters/notification-hubs/build-test-notification.ts";
import type { Platform } from "#domain/vocabulary.ts";
import type { Desk } from "./desk.ts";

/** The push of this moment exactly as the hub would be given it, as JSON text, to be injected by hand. */
export function pushToInject(desk: Desk, platform: Platform, kind: "ask" | "closed" | "test"): string {
  const appUrl = "https://app.example/log-requests/{requestId}";
  if (kind === "test") {
    const content = { testId: desk.testId ?? randomUUID(), locale: "en", now: desk.now() };
    return String(buildTestNotification(platform, content, appUrl).body);
  }
  const { request } = desk;
  const content = { requestId: request.id, kind, answerBy: request.answerBy, locale: "en", now: desk.now() };
  const presentation = {
    ...DEFAULT_APNS_PRESENTATION,
    browserNavigateUrl: appUrl,
  };
  return String(buildNotification(platform, content, presentation).body);
}
