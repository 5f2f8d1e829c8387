import { ApiProblem, type FieldFault } from "#console/api/call-api.ts";
import { isText, type Translate } from "#console/i18n/use-t.ts";

/** Words for the agent, and their language where it is not the one that they read. */
export interface Words {
  readonly text: string;
  readonly lang?: "en";
}

/** What went wrong, in the agent's language; the server's own words where we have none. */
export function wordsOf(error: unknown, t: Translate): Words {
  if (!(error instanceof ApiProblem)) return { text: t("error.unknown") };
  const key = `error.${error.code}`;
  return isText(key) ? { text: t(key) } : { text: error.message, lang: "en" };
}

/** The same as one text. */
export function describeError(error: unknown, t: Translate): string {
  return wordsOf(error, t).text;
}

/** What a field did not keep to, to be read after its name: `must have at most 40 characters`. */
export function wordsOfFault({ rule, limit, allowed, message }: FieldFault, t: Translate): Words {
  // A text of no characters was left out.
  const key = rule === "too_short" && limit === 1 ? "rule.missing" : `rule.${rule ?? ""}`;
  const isWhole = (!/too_/.test(key) || limit !== undefined) && (rule !== "not_allowed" || allowed !== undefined);
  if (!isText(key) || !isWhole) return { text: message, lang: "en" };
  return { text: t(key, { limit: limit ?? 0, allowed: allowed?.join(", ") ?? "" }) };
}
