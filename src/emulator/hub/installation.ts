import { HubError } from "./hub-error.ts";
import { findPlatform, normaliseHandle, platformOfInstallation } from "./platforms.ts";
import type { Platform } from "./platforms.ts";
import { checkTags } from "./tags.ts";
import { checkTemplate } from "#emulator/template/render-template.ts";

/** A browser's `pushChannel`. */
export interface BrowserChannel {
  endpoint: string;
  p256dh: string;
  auth: string;
}

/** A template of an installation, as in its JSON. */
export interface InstallationTemplate {
  body: string;
  headers?: Record<string, string>;
  expiry?: string;
  tags?: string[];
}

/** A secondary tile of a Windows installation: another channel with tags and templates of its own. */
export interface SecondaryTile {
  pushChannel: string;
  tags?: string[];
  templates?: Record<string, InstallationTemplate>;
}

/** One app install as the hub keeps it. */
export interface Installation {
  installationId: string;
  userId?: string;
  platform: Platform;
  pushChannel: string | BrowserChannel;
  pushChannelExpired: boolean;
  expirationTime: string;
  tags?: string[];
  templates?: Record<string, InstallationTemplate>;
  secondaryTiles?: Record<string, SecondaryTile>;
  pushVariables?: Record<string, string>;
}

/** Documented characters of `userId`. */
const USER_ID = /^[-_@#.:=\p{L}\p{N}\p{M}]+$/u;

/**
 * Reads the body of `PUT /installations/{id}`. Read-only properties (`expirationTime`, `pushChannelExpired`, …) are ignored.
 *
 * @throws HubError 400 naming the property that is wrong.
 */
export function parseInstallation(
  body: unknown,
  id: string,
  strictTags: boolean,
): Omit<Installation, "expirationTime" | "pushChannelExpired"> {
  const json = withKnownNames(objectOf(body, "The installation"));
  const installationId = textOf(json["installationId"], "installationId");
  if (installationId !== id)
    throw new HubError(400, `installationId '${installationId}' differs from the id in the path, '${id}'`);
  const platformName = textOf(json["platform"], "platform");
  const platform = platformOfInstallation(platformName);
  if (!platform) {
    const meant = findPlatform(platformName);
    throw new HubError(
      400,
      `platform '${platformName}' is not known${meant ? `; for an installation it is '${meant.installationName}'` : ""}`,
    );
  }
  const pushChannel = parsePushChannel(platform, json["pushChannel"]);
  const userId = json["userId"] == null ? undefined : parseUserId(json["userId"]);
  const tags = json["tags"] == null ? undefined : parseTags(json["tags"], strictTags);
  const templates =
    json["templates"] == null
      ? undefined
      : mapOf(json["templates"], "templates", (each, path) => parseTemplate(platform, each, path, strictTags));
  const secondaryTiles =
    json["secondaryTiles"] == null
      ? undefined
      : mapOf(json["secondaryTiles"], "secondaryTiles", (each, path) => parseTile(platform, each, path, strictTags));
  const pushVariables =
    json["pushVariables"] == null ? undefined : mapOf(json["pushVariables"], "pushVariables", textOf);
  return {
    installationId,
    platform,
    pushChannel,
    ...(userId !== undefined && { userId }),
    ...(tags?.length && { tags }),
    ...(templates && { templates }),
    ...(secondaryTiles && { secondaryTiles }),
    ...(pushVariables && { pushVariables }),
  };
}

const NAMES = [
  "installationId",
  "userId",
  "platform",
  "pushChannel",
  "tags",
  "templates",
  "secondaryTiles",
  "pushVariables",
];

/** The documentation itself writes `UserID`, `userID` and `userId`: names are taken whatever their case. */
function withKnownNames(json: Record<string, unknown>): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(json)) {
    const name = NAMES.find((each) => each.toLowerCase() === given.toLowerCase());
    if (name !== undefined) known[name] = value;
  }
  return known;
}

/** Reads a `pushChannel`; a browser's may be an object or, as .NET sends it, that object as a JSON string. */
export function parsePushChannel(platform: Platform, value: unknown): string | BrowserChannel {
  if (platform.name !== "browser") return normaliseHandle(platform, textOf(value, "pushChannel"));
  const channel = objectOf(
    typeof value === "string" ? parseJson(value, "pushChannel") : value,
    "pushChannel of a browser",
  );
  return {
    endpoint: textOf(channel["endpoint"], "pushChannel.endpoint"),
    p256dh: textOf(channel["p256dh"], "pushChannel.p256dh"),
    auth: textOf(channel["auth"], "pushChannel.auth"),
  };
}

export function parseUserId(value: unknown): string {
  const userId = textOf(value, "userId");
  if (!USER_ID.test(userId))
    throw new HubError(400, `userId '${userId}' has other characters than alphanumerics and - _ @ # . : =`);
  return userId;
}

export function parseTags(value: unknown, strict: boolean): string[] {
  if (!Array.isArray(value)) throw new HubError(400, "tags must be an array of strings");
  return checkTags(
    value.map((tag: unknown) => textOf(tag, "tags")),
    strict,
  );
}

/**
 * Reads a template of an installation.
 *
 * @param path where it stands in the body, for the words of an error.
 * @throws HubError 400 saying what is wrong.
 */
export function parseTemplate(
  platform: Platform,
  value: unknown,
  path: string,
  strictTags: boolean,
): InstallationTemplate {
  const json = objectOf(typeof value === "string" ? parseJson(value, path) : value, path);
  const headers = json["headers"] == null ? undefined : parseHeaders(json["headers"], `${path}/headers`);
  const template: InstallationTemplate = {
    body: textOf(json["body"], `${path}/body`),
    ...(headers && { headers }),
    ...(json["expiry"] != null && { expiry: textOf(json["expiry"], `${path}/expiry`) }),
    ...(json["tags"] != null && { tags: parseTags(json["tags"], strictTags) }),
  };
  checkInstallationTemplate(platform, template);
  return template;
}

/** @throws HubError 400 for a template that could not be rendered, or lacks a mandatory header. */
export function checkInstallationTemplate(platform: Platform, template: InstallationTemplate): void {
  const { body, headers = {}, expiry } = template;
  checkTemplate(platform, { body, headers, ...(expiry !== undefined && { expiry }) });
}

/** Reads an object of header values, which a patch may send as a JSON string. */
export function parseHeaders(value: unknown, path: string): Record<string, string> {
  return mapOf(typeof value === "string" ? parseJson(value, path) : value, path, textOf);
}

/** Reads a secondary tile. */
export function parseTile(platform: Platform, value: unknown, path: string, strictTags: boolean): SecondaryTile {
  const json = objectOf(typeof value === "string" ? parseJson(value, path) : value, path);
  return {
    pushChannel: textOf(json["pushChannel"], `${path}/pushChannel`),
    ...(json["tags"] != null && { tags: parseTags(json["tags"], strictTags) }),
    ...(json["templates"] != null && {
      templates: mapOf(json["templates"], `${path}/templates`, (each, at) =>
        parseTemplate(platform, each, at, strictTags),
      ),
    }),
  };
}

/** The JSON that `GET /installations/{id}` answers with: always five properties, others only when set (recorded traffic). */
export function installationToJson(installation: Installation): Record<string, unknown> {
  const { platform, pushChannel, pushChannelExpired, expirationTime, installationId, ...optional } = installation;
  return {
    installationId,
    pushChannel,
    pushChannelExpired,
    platform: platform.installationName,
    expirationTime,
    ...optional,
  };
}

/** @throws HubError 400 with the parser's own words, which name the position. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HubError(400, `${what} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws HubError 400 unless the value is a plain object. Ask it for fixed names only: it has a prototype. */
export function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (!isObject(value)) throw new HubError(400, `${what} must be a JSON object`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws HubError 400 unless the value is a string with something in it. */
export function textOf(value: unknown, what: string): string {
  if (typeof value !== "string" || value === "")
    throw new HubError(400, `${what} must be a string and may not be empty`);
  return value;
}

/** Reads an object whose every value `read` takes. @throws HubError 400 for anything else. */
export function mapOf<T>(value: unknown, path: string, read: (each: unknown, path: string) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries(objectOf(value, path)).map(([name, each]) => [name, read(each, `${path}/${name}`)]),
  );
}
