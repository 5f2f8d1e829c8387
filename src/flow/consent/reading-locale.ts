import type { Records } from "#ports/store.ts";

/** The language of the app that the user opened last, where nobody said which one they read. */
export async function lastLocaleOf(store: Pick<Records, "installations">, userId: string): Promise<string | undefined> {
  const installations = await store.installations.ofUser(userId);
  return installations
    .toSorted((one, other) => other.lastSeenAt - one.lastSeenAt)
    .find(({ locale }) => locale !== undefined)?.locale;
}
