import type { ConsentText } from "#domain/consent.ts";
import { Problem } from "#domain/problems.ts";
import type { ConsentTexts } from "#ports/store.ts";
import type { ConsentText as Row } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

const LAST_RESORT = "en";

/** @param inForce the version that requests are asked with. */
export function createConsentTexts(db: Db, inForce: string): ConsentTexts {
  return {
    async find(textVersion, locale) {
      const row = await db.consentText.findUnique({ where: { version_locale: { version: textVersion, locale } } });
      return row ? textOf(row) : undefined;
    },
    async forLocale(locale, version = inForce) {
      const wanted = fallbacks(locale);
      const rows = await db.consentText.findMany({
        where: { version, locale: { in: wanted, mode: "insensitive" } },
      });
      const rank = (row: Row) => wanted.indexOf(row.locale.toLowerCase());
      const [best] = rows.toSorted((one, other) => rank(one) - rank(other));
      if (!best) {
        throw new Error(
          `There is no consent text ${version} in ${wanted.join(", ")}. Put it, or name another version in the settings; beckon migrate seeds default-1 and report-1.`,
        );
      }
      return textOf(best);
    },
    async put({ version: textVersion, locale, text, sha256 }) {
      const key = { version: textVersion, locale };
      const { count: created } = await db.consentText.createMany({
        data: [{ ...key, text, sha256 }],
        skipDuplicates: true,
      });
      if (created === 1) return;
      const { count: replaced } = await db.consentText.updateMany({
        where: { ...key, OR: [{ usedAt: null }, { sha256 }] },
        data: { text, sha256 },
      });
      if (replaced === 0) throw new Problem("consent_text_in_use");
    },
    async markUsed(textVersion, locale, at) {
      await db.consentText.updateMany({
        where: { version: textVersion, locale, usedAt: null },
        data: { usedAt: dateOf(at) },
      });
    },
  };
}

/** `de-AT-1996` → `de-at-1996`, `de-at`, `de`, `en`. */
function fallbacks(locale: string | undefined): string[] {
  const parts = (locale ?? LAST_RESORT).toLowerCase().split("-");
  const shorter = parts.map((_, index) => parts.slice(0, parts.length - index).join("-"));
  return [...new Set([...shorter, LAST_RESORT])];
}

function textOf(row: Row): ConsentText {
  return absentNulls<ConsentText>({
    version: row.version,
    locale: row.locale,
    text: row.text,
    sha256: row.sha256,
    usedAt: momentOf(row.usedAt),
  });
}
