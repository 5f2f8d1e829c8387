import { previewConsent } from "#contract/consent-preview.ts";
import { parseTime } from "#contract/primitives.ts";
import { Problem } from "#domain/problems.ts";
import type { HttpKit } from "#http/http-kit.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";
import { collectorLabels } from "./collector-labels.ts";
import { consentValues, type ConsentSettings } from "./consent-values.ts";
import { lastLocaleOf, lastZoneOf } from "./reading-locale.ts";

export interface ConsentPreviewRoutes {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: ConsentSettings;
}

/** Shows agents the prompt that a request of theirs would be, made by the means that make the real one. */
export function serveConsentPreview(kit: HttpKit, { store, clock, settings }: ConsentPreviewRoutes): void {
  kit.serve(previewConsent, async ({ body }) => {
    const { userId, ticketId, installationId, reason, collectors, window } = body;
    const [user, ticket, installation] = await Promise.all([
      store.users.find(userId),
      ticketId === undefined ? undefined : store.tickets.find(ticketId),
      installationId === undefined ? undefined : store.installations.find(installationId),
    ]);
    if (ticketId !== undefined && !ticket) throw new Problem("not_found");
    if (installationId !== undefined && installation?.userId !== userId) throw new Problem("installation_not_of_user");
    // An app asks in its own language; what the back end says of the user counts where no app has told.
    const userLocale = installation?.locale ?? (await lastLocaleOf(store, userId)) ?? user?.locale;
    const timeZone = user?.timeZone ?? (await lastZoneOf(store, userId));
    const text = await store.consentTexts.forLocale(body.locale ?? userLocale);
    const values = consentValues(
      {
        reason,
        collectors,
        ...(window ? { window: { from: parseTime(window.from), to: parseTime(window.to) } } : {}),
      },
      ticket?.number ?? 0,
      settings,
      {
        locale: text.locale,
        timeZone,
        labels: await collectorLabels(store, { userId, installationId }),
      },
      clock.now(),
    );
    const open = [
      ...(ticket ? [] : ["ticketNumber"]),
      ...(reason === "" ? ["reason"] : []),
      ...(collectors.length === 0 ? ["collectors"] : []),
    ];
    return {
      status: 200,
      body: {
        consentText: { version: text.version, locale: text.locale, text: text.text, sha256: text.sha256 },
        consentValues: Object.fromEntries(Object.entries(values).filter(([name]) => !open.includes(name))),
        ...(userLocale === undefined ? {} : { userLocale }),
        ...(timeZone === undefined ? {} : { userTimeZone: timeZone }),
      },
    };
  });
}
