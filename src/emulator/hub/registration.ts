import type { Platform } from "./platforms.ts";

/** What a template adds to a registration. Names as in the installation's JSON. */
export interface RegistrationTemplate {
  /** The template's name: a tag of its registration, and the `TemplateName` of its description. */
  name?: string;
  body: string;
  headers: Readonly<Record<string, string>>;
  expiry?: string;
}

/** One row that a send can hit: a handle, its tags, and a template if it is not a native one. */
export interface Registration {
  id: string;
  /** Counts up from 1 with every write; `W/"{etag}"` on the wire. */
  etag: number;
  platform: Platform;
  /** The main handle: device token, registration id, channel URI; a browser's endpoint; Baidu's `{userId}-{channelId}`. */
  handle: string;
  /** All handle elements in the platform's order, where there is more than one. */
  handleParts?: readonly string[];
  /** Its tags but for the system ones: 100,000 devices would hold two long strings more each. `tagsOf` has them all. */
  ownTags: readonly string[];
  /** Set when an installation brought it into being. */
  installationId?: string;
  /** That installation's user. */
  userId?: string;
  template?: RegistrationTemplate;
  pushVariables?: Readonly<Record<string, string>>;
  secondaryTileName?: string;
  /** RFC 3339 text, as the service writes it; `NEVER_EXPIRES` unless somebody set one. */
  expirationTime: string;
}

/** The service's word for "no expiry" (recorded traffic). */
export const NEVER_EXPIRES = "9999-12-31T23:59:59.9999999Z";

/** Every tag that a registration is found by: `$InstallationId:{…}`, `$UserId:{…}`, then its own with a template's name. */
export function tagsOf({ installationId, userId, ownTags }: Registration): readonly string[] {
  if (installationId === undefined) return ownTags;
  const system = [`$InstallationId:{${installationId}}`, ...(userId === undefined ? [] : [`$UserId:{${userId}}`])];
  return [...system, ...ownTags];
}

/** Name of the registration's kind, as in `{kind}RegistrationDescription`. */
export function kindOf(registration: Registration): string {
  return registration.template ? `${registration.platform.kind}Template` : registration.platform.kind;
}
