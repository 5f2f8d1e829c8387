import { createHash } from "node:crypto";
import type { z } from "zod";
import type { answer, deviceLogRequest, receipt, uploadLink } from "#contract/devices.ts";
import type { createdReport, reportReceipt, reportTerms, reportWithdrawal } from "#contract/reports.ts";
import type { LeftOut } from "#domain/consent.ts";
import type { Platform } from "#domain/vocabulary.ts";
import type { DeliveredMessage } from "#emulator/devices/delivered-message.ts";
import { succeeded, type ApiAnswer, type ApiCall } from "#test/support/api-calls.ts";

export type DeviceRequestBody = z.output<typeof deviceLogRequest>;
export type AnswerBody = z.output<typeof answer>;
export type UploadLinkBody = z.output<typeof uploadLink>;
export type CreatedReportBody = z.output<typeof createdReport>;
export type ReportTermsBody = z.output<typeof reportTerms>;
export type ReportReceiptBody = z.output<typeof reportReceipt>;
export type ReportWithdrawalBody = z.output<typeof reportWithdrawal>;
export type ReceiptBody = z.output<typeof receipt>;

/** A file that the app froze: what it announces, and the bytes that the user was shown. */
export interface FrozenLog {
  readonly announced: {
    readonly collector: string;
    readonly name: string;
    readonly sizeBytes: number;
    readonly sha256: string;
    readonly modifiedAt: string;
  };
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function freezeLog(name: string, content: string, collector = "app"): FrozenLog {
  const bytes = Uint8Array.from(Buffer.from(content));
  return {
    announced: {
      collector,
      name,
      sizeBytes: bytes.byteLength,
      sha256: sha256Of(bytes),
      modifiedAt: "2026-11-22T09:30:00Z",
    },
    bytes,
  };
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What a push said, whatever the platform's form of it. */
export interface ReadPush {
  readonly type: string;
  readonly requestId: string;
  readonly collapseId: string | undefined;
}

type Facts = { readonly type: string; readonly requestId: string };

export function readPush({ body, headers }: DeliveredMessage): ReadPush {
  const parsed = JSON.parse(body) as Facts & {
    message?: { data: Facts; android: { collapse_key: string } };
    notification?: { data: Facts; tag: string };
  };
  const { type, requestId } = parsed.message?.data ?? parsed.notification?.data ?? parsed;
  const collapseId =
    parsed.message?.android.collapse_key ?? parsed.notification?.tag ?? headers["apns-collapse-id"] ?? undefined;
  return { type, requestId, collapseId };
}

export type Phone = ReturnType<typeof createPhone>;

/** An app on a phone, by the wire alone: what it is pushed, what it fetches, what its user answers, what it uploads. */
export function createPhone({
  userId,
  installationId,
  platform,
  send,
  inbox,
}: {
  readonly userId: string;
  readonly installationId: string;
  readonly platform: Platform;
  readonly send: (method: string, path: string, call?: ApiCall) => Promise<ApiAnswer>;
  readonly inbox: () => readonly DeliveredMessage[];
}) {
  const get = <Body>(path: string) => succeeded<Body>(send("GET", path));
  const act = <Body>(requestId: string, verb: string, body: unknown = {}) =>
    succeeded<Body>(send("POST", `/v1/log-requests/${requestId}:${verb}`, { body }));
  const read = (requestId: string) => get<DeviceRequestBody>(`/v1/me/log-requests/${requestId}`);

  const registration = (more: Readonly<Record<string, unknown>> = {}) => ({
    body: {
      platform,
      pushChannel: channelOf(platform, installationId),
      locale: "en",
      collectors: [{ name: "app", label: "App log" }],
      ...more,
    },
  });

  /** The body of an answer to what is shown now. */
  async function consentBody(requestId: string, decision: "share" | "decline", logs: readonly FrozenLog[]) {
    const { consentText } = await read(requestId);
    return {
      decision,
      consentText: { version: consentText.version, locale: consentText.locale, sha256: consentText.sha256 },
      installationId,
      deviceNow: new Date().toISOString(),
      files: logs.map(({ announced }) => announced),
    };
  }

  /** The body of a report, as one that was shown the text of the terms. */
  async function reportBody(content: Readonly<Record<string, unknown>>, logs: readonly FrozenLog[]) {
    const { consentText } = await get<ReportTermsBody>("/v1/me/report-terms");
    const { version, locale, sha256 } = consentText;
    return {
      text: "My call froze",
      ...(logs.length > 0 && { consentText: { version, locale, sha256 } }),
      files: logs.map(({ announced }) => announced),
      ...content,
    };
  }

  /** What a device does with a link: one PUT with the headers that came along. */
  const upload = (link: Pick<UploadLinkBody, "url" | "headers">, bytes: Uint8Array<ArrayBuffer>) =>
    fetch(link.url, { method: "PUT", headers: link.headers, body: bytes });

  const share = async (requestId: string, logs: readonly FrozenLog[], leftOut: readonly LeftOut[] = []) =>
    act<AnswerBody>(requestId, "consent", { ...(await consentBody(requestId, "share", logs)), leftOut });

  const complete = (requestId: string, fileIds: readonly string[], outcome: "uploaded" | "given_up" = "uploaded") =>
    act<{ state: string }>(requestId, "complete", { files: fileIds.map((fileId) => ({ fileId, outcome })) });

  return {
    userId,
    installationId,
    platform,
    /** As it is, for what goes wrong on purpose. */
    send,
    read,
    consentBody,
    upload,
    share,
    complete,

    register: (more: Readonly<Record<string, unknown>> = {}) =>
      send("PUT", `/v1/installations/${installationId}`, registration(more)),
    unregister: () => send("DELETE", `/v1/installations/${installationId}`),
    requests: async () => (await get<{ value: DeviceRequestBody[] }>("/v1/me/log-requests")).value,
    see: (requestId: string) => act<DeviceRequestBody>(requestId, "seen", { installationId }),
    snooze: (requestId: string, snoozeUntil: string) => act<DeviceRequestBody>(requestId, "snooze", { snoozeUntil }),
    decline: async (requestId: string) =>
      act<AnswerBody>(requestId, "consent", await consentBody(requestId, "decline", [])),
    createUploadLinks: (requestId: string) =>
      act<{ links: UploadLinkBody[]; there: string[] }>(requestId, "createUploadLinks"),
    withdraw: (requestId: string, fileIds?: readonly string[]) =>
      act<{
        state: string;
        files: { id: string; state: string; reason?: string }[];
        downloadedBefore: { fileId: string; agentId: string }[];
      }>(requestId, "withdraw", fileIds === undefined ? {} : { fileIds }),
    /** What the app shows before files are reported. */
    reportTerms: () => get<ReportTermsBody>("/v1/me/report-terms"),
    /** Reports an issue; with files, as one that was shown the text of the terms. */
    async report(content: Readonly<Record<string, unknown>> = {}, logs: readonly FrozenLog[] = []) {
      return succeeded<CreatedReportBody>(send("POST", "/v1/reports", { body: await reportBody(content, logs) }));
    },
    reportBody,
    completeReport: (reportId: string, fileIds: readonly string[], outcome: "uploaded" | "given_up" = "uploaded") =>
      succeeded<{ state: string }>(
        send("POST", `/v1/reports/${reportId}:complete`, {
          body: { files: fileIds.map((fileId) => ({ fileId, outcome })) },
        }),
      ),
    withdrawReport: (reportId: string, fileIds?: readonly string[]) =>
      succeeded<ReportWithdrawalBody>(
        send("POST", `/v1/reports/${reportId}:withdraw`, { body: fileIds === undefined ? {} : { fileIds } }),
      ),
    reportReceipt: (reportId: string) => get<ReportReceiptBody>(`/v1/reports/${reportId}/receipt`),

    /** Reports with files, uploads every one and says so. */
    async reportAndUpload(content: Readonly<Record<string, unknown>>, logs: readonly FrozenLog[]) {
      const created = await this.report(content, logs);
      for (const link of created.links) {
        const bytes = logs[created.files.findIndex(({ id }) => id === link.fileId)]?.bytes;
        if (!bytes) throw new Error(`There is a link for ${link.fileId}, which was not reported`);
        const response = await upload(link, bytes);
        if (response.status !== 201) throw new Error(`The upload was answered ${response.status}`);
      }
      const fileIds = created.files.map(({ id }) => id);
      await this.completeReport(created.reportId, fileIds);
      return { ...created, fileIds };
    },
    receipt: (requestId: string) => get<ReceiptBody>(`/v1/log-requests/${requestId}/receipt`),

    /** Shares, uploads every file and says so: what an app does when nothing goes wrong. @returns file ids, in the order given */
    async shareAndUpload(
      requestId: string,
      logs: readonly FrozenLog[],
      leftOut?: readonly LeftOut[],
    ): Promise<string[]> {
      const { files, links } = await share(requestId, logs, leftOut);
      for (const link of links) {
        const index = files.findIndex(({ id }) => id === link.fileId);
        const bytes = logs[index]?.bytes;
        if (!bytes) throw new Error(`There is a link for ${link.fileId}, which was not shared`);
        const response = await upload(link, bytes);
        if (response.status !== 201) throw new Error(`The upload was answered ${response.status}`);
      }
      const ids = files.map(({ id }) => id);
      await complete(requestId, ids);
      return ids;
    },

    /** Every push that arrived here, oldest first. */
    pushes: (): ReadPush[] => inbox().map(readPush),
    /** The pushes of one request, by type. */
    pushesOf: (requestId: string): string[] =>
      inbox()
        .map(readPush)
        .filter((push) => push.requestId === requestId)
        .map(({ type }) => type),
    messages: inbox,

    /** The prompts that are on the screen: a push with a collapse id takes the place of the one with the same id. */
    prompts(): string[] {
      const shown = new Map<string, string>();
      for (const { type, requestId, collapseId = requestId } of inbox().map(readPush)) {
        if (type === "beckon.log-request-closed") shown.delete(collapseId);
        else shown.set(collapseId, requestId);
      }
      return [...shown.values()];
    },
  };
}

function channelOf(platform: Platform, id: string) {
  switch (platform) {
    case "apns":
      return Buffer.from(id).toString("hex");
    case "fcmv1":
      return `fcm:${id}`;
    case "wns":
      return `https://db5p.notify.windows.com/?token=${id}`;
    case "browser":
      return { endpoint: `https://push.example/${id}`, p256dh: "p", auth: "a" };
  }
}
