import type { Template } from "#console/api/shapes.ts";

/** What a template is called in the agent's language, or in another that it has; its short name where it has none. */
export function templateName({ id, texts }: Template, language: string): string {
  return texts[language]?.name ?? Object.values(texts)[0]?.name ?? id;
}
