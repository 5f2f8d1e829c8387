import type { Consent, LeftOut } from "#domain/consent.ts";
import type { ConsentBasis, Decision } from "#domain/vocabulary.ts";
import type { Consents } from "#ports/store.ts";
import type { Consent as Row } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

/** Append-only: a consent is recorded once, and only its take-back is ever added. */
export function createConsents(db: Db): Consents {
  return {
    async record(consent) {
      await db.consent.create({
        data: {
          ...consent,
          shown: { ...consent.shown },
          leftOut: consent.leftOut.map((one) => ({ ...one })),
          decidedAt: dateOf(consent.decidedAt),
          deviceNow: dateOf(consent.deviceNow),
          withdrawnAt: dateOf(consent.withdrawnAt),
        },
      });
    },
    async ofRequest(requestId) {
      const row = await db.consent.findUnique({ where: { requestId } });
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

function consentOf(row: Row): Consent {
  return absentNulls<Consent>({
    id: row.id,
    basis: row.basis as ConsentBasis,
    requestId: row.requestId,
    ticketId: row.ticketId,
    userId: row.userId,
    installationId: row.installationId,
    decision: row.decision as Decision,
    textVersion: row.textVersion,
    textLocale: row.textLocale,
    textSha256: row.textSha256,
    shown: row.shown as Record<string, string>,
    leftOut: row.leftOut as unknown as LeftOut[],
    decidedAt: momentOf(row.decidedAt),
    deviceNow: momentOf(row.deviceNow),
    withdrawnAt: momentOf(row.withdrawnAt),
  });
}
