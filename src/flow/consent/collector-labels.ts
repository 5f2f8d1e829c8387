import type { Records } from "#ports/store.ts";

/**
 * What the user's apps call their logs, in the user's language: the app that is asked first, then the one opened last. A
 * collector that no app has named keeps its own name.
 */
export async function collectorLabels(
  store: Pick<Records, "installations">,
  { userId, installationId }: { readonly userId: string; readonly installationId?: string | undefined },
): Promise<ReadonlyMap<string, string>> {
  const installations = await store.installations.ofUser(userId);
  const latestLast = installations.toSorted((one, other) => one.lastSeenAt - other.lastSeenAt);
  const asked = latestLast.filter(({ id }) => id === installationId);
  return new Map(
    [...latestLast, ...asked].flatMap(({ collectors }) =>
      collectors.flatMap(({ name, label }) => (label === undefined ? [] : [[name, label] as const])),
    ),
  );
}
