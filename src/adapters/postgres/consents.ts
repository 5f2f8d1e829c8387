import type { Consent, LeftOut, ShownText } from "#domain/consent.ts";
import type { ConsentBasis, Decision, FileOwnerKind } from "#domain/vocabulary.ts";
import type { Consents } from "#ports/store.ts";
import type { Consent as Row } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

/** Append-only: a consent is recorded once, and only its take-back is ever added. */
export function createConsents(db: Db): Consents {
  return {
    async record({ text, ...consent }) {
      await db.consent.create({
        data: {
          ...consent,
          textVersion: text?.version ?? null,
          textLocale: text?.locale ?? null,
          textSha256: text?.sha256 ?? null,
          shown: { ...consent.shown },
          leftOut: consent.leftOut.map((one) => ({ ...one })),
          decidedAt: dateOf(consent.decidedAt),
          deviceNow: dateOf(consent.deviceNow),
          withdrawnAt: dateOf(consent.withdrawnAt),
        },
      });
    },
    async ofOwner({ kind, id }) {
      const row = await db.consent.findUnique({ where: whereOwner(kind, id) });
      return row ? consentOf(row) : undefined;
    },
    async find(id) {
      const row = await db.consent.findUnique({ where: { id } });
      return row ? consentOf(row) : undefined;
    },
    async markWithdrawn(id, at) {
      // The first take-back is the one that counts.
      await db.consent.updateMany({ where: { id, withdrawnAt: null }, data: { withdrawnAt: dateOf(at) } });
    },
  };
}

function whereOwner(kind: FileOwnerKind, id: string) {
  switch (kind) {
    case "request":
      return { requestId: id };
    case "report":
      return { reportId: id };
    case "agent_upload":
      return { agentUploadId: id };
  }
}

function consentOf(row: Row): Consent {
  return absentNulls<Consent>({
    id: row.id,
    basis: row.basis as ConsentBasis,
    requestId: row.requestId,
    reportId: row.reportId,
    agentUploadId: row.agentUploadId,
    ticketId: row.ticketId,
    userId: row.userId,
    installationId: row.installationId,
    decision: row.decision as Decision,
    text: textOf(row),
    shown: row.shown as Record<string, string>,
    leftOut: row.leftOut as unknown as LeftOut[],
    decidedAt: momentOf(row.decidedAt),
    deviceNow: momentOf(row.deviceNow),
    withdrawnAt: momentOf(row.withdrawnAt),
  });
}

function textOf({ textVersion: version, textLocale: locale, textSha256: sha256 }: Row): ShownText | null {
  return version === null || locale === null || sha256 === null ? null : { version, locale, sha256 };
}
