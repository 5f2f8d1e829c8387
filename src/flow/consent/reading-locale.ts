import type { Records } from "#ports/store.ts";

type Store = Pick<Records, "installations">;

/** The language of the app that the user opened last, where nobody said which one they read. */
export async function lastLocaleOf(store: Store, userId: string): Promise<string | undefined> {
  const installations = await latestOf(store, userId);
  return installations.find(({ locale }) => locale !== undefined)?.locale;
}

/** The time zone of the device that the user held last, where nobody said which one they live in. */
export async function lastZoneOf(store: Store, userId: string): Promise<string | undefined> {
  const installations = await latestOf(store, userId);
  return installations.find(({ timeZone }) => timeZone !== undefined)?.timeZone;
}

async function latestOf(store: Store, userId: string) {
  const installations = await store.installations.ofUser(userId);
  return installations.toSorted((one, other) => other.lastSeenAt - one.lastSeenAt);
}
