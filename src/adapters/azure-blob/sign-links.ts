import {
  BlobSASPermissions,
  type BlobServiceClient,
  SASProtocol,
  StorageSharedKeyCredential,
  type UserDelegationKey,
  generateBlobSASQueryParameters,
} from "@azure/storage-blob";
import type { Moment } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";

/** How long a user delegation key lives; renewed at half of it, so that a link may always live half an hour. Assurance B-7. */
const KEY_LIFE_MS = 60 * 60 * 1000;

/** Azure's clocks and ours may be a quarter of an hour apart; a key that starts now would start in their future. Assurance B-5. */
const KEY_SKEW_MS = 15 * 60 * 1000;

/** Somebody waits for a link: a store that takes longer than this to give a key is away. */
const KEY_TIMEOUT_MS = 10_000;

export interface LinkTerms {
  readonly container: string;
  readonly blob: string;
  /** `c` creates, `w` writes, `r` reads. Never more than one, never `l`, `d` or `t`. Assurance B-2. */
  readonly permission: "c" | "w" | "r";
  readonly expiresAt: Moment;
  readonly httpsOnly: boolean;
  readonly contentDisposition?: string;
  readonly contentType?: string;
}

export interface SignedQuery {
  /** Without `?`. Secret: whoever has it has the blob. */
  readonly query: string;
  /** In whole seconds, and never past the key that signed. */
  readonly expiresAt: Moment;
}

export type SignLink = (terms: LinkTerms) => Promise<SignedQuery>;

/** Signs with the account's key: against Azurite, or where a setting says so. */
export function signWithAccountKey(accountName: string, accountKey: string): SignLink {
  const credential = new StorageSharedKeyCredential(accountName, accountKey);
  return async (terms) => {
    const expiresAt = wholeSeconds(terms.expiresAt);
    return { query: generateBlobSASQueryParameters(valuesOf(terms, expiresAt), credential).toString(), expiresAt };
  };
}

/**
 * Signs with a user delegation key, which is asked of the service when it is first needed and renewed at half of its life.
 *
 * @param options.onRenewalFailed told when an old key has to serve on.
 */
export function signWithDelegationKey({
  service,
  accountName,
  clock,
  onRenewalFailed,
}: {
  service: Pick<BlobServiceClient, "getUserDelegationKey">;
  accountName: string;
  clock: Clock;
  onRenewalFailed: (error: unknown) => void;
}): SignLink {
  let held: { readonly key: UserDelegationKey; readonly expiresAt: Moment } | undefined;
  let renewal: Promise<NonNullable<typeof held>> | undefined;

  const renew = async () => {
    const now = clock.now();
    const expiresAt = wholeSeconds(now + KEY_LIFE_MS);
    const key = await service.getUserDelegationKey(new Date(now - KEY_SKEW_MS), new Date(expiresAt), {
      abortSignal: AbortSignal.timeout(KEY_TIMEOUT_MS),
    });
    held = { key, expiresAt };
    return held;
  };
  const current = async () => {
    if (held && held.expiresAt - clock.now() >= KEY_LIFE_MS / 2) return held;
    // One renewal serves all that wait for it.
    renewal ??= renew().finally(() => (renewal = undefined));
    try {
      return await renewal;
    } catch (error) {
      // The old key signs for another half hour: time enough for the token service to come back unnoticed.
      if (!held || held.expiresAt <= clock.now()) throw error;
      onRenewalFailed(error);
      return held;
    }
  };

  return async (terms) => {
    const { key, expiresAt: keyExpiresAt } = await current();
    const expiresAt = Math.min(wholeSeconds(terms.expiresAt), keyExpiresAt);
    return {
      query: generateBlobSASQueryParameters(valuesOf(terms, expiresAt), key, accountName).toString(),
      expiresAt,
    };
  };
}

/** No start time: "up to 15 minutes of clock skew in either direction" would make links that do not work yet. */
function valuesOf(terms: LinkTerms, expiresAt: Moment) {
  return {
    containerName: terms.container,
    blobName: terms.blob,
    permissions: BlobSASPermissions.parse(terms.permission),
    expiresOn: new Date(expiresAt),
    protocol: terms.httpsOnly ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
    ...(terms.contentDisposition !== undefined && { contentDisposition: terms.contentDisposition }),
    ...(terms.contentType !== undefined && { contentType: terms.contentType }),
  };
}

function wholeSeconds(moment: Moment): Moment {
  return Math.floor(moment / 1000) * 1000;
}
