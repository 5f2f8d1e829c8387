import { HubError } from "./hub-error.ts";
import {
  checkInstallationTemplate,
  objectOf,
  parseHeaders,
  parseJson,
  parsePushChannel,
  parseTags,
  parseTemplate,
  parseTile,
  parseUserId,
  textOf,
} from "./installation.ts";
import type { Installation, InstallationTemplate } from "./installation.ts";
import type { Platform } from "./platforms.ts";
import { uniteTags } from "./tags.ts";

type Operation = "add" | "replace" | "remove";

interface Change {
  op: Operation;
  /** The whole path as it came, for the words of an error. */
  path: string;
  value: unknown;
  platform: Platform;
  strictTags: boolean;
}

/** What carries tags and templates: the installation itself, and each secondary tile. */
type Bearer = { tags?: string[]; templates?: Record<string, InstallationTemplate> };

/**
 * Applies the body of `PATCH /installations/{id}` to a copy: all of it or, when it throws, none. The operations are those of
 * the documentation ("Update installation by installation ID"), which differ from RFC 6902: tags are a set addressed by value.
 *
 * @throws HubError 400 naming the operation that is wrong.
 */
export function patchInstallation(installation: Installation, body: unknown, strictTags: boolean): Installation {
  if (!Array.isArray(body)) throw new HubError(400, "The patch must be a JSON array of operations");
  const { platform, ...rest } = installation;
  const patched: Installation = { ...structuredClone(rest), platform };
  body.forEach((each: unknown, index) => applyOperation(patched, each, index, strictTags));
  return patched;
}

function applyOperation(installation: Installation, operation: unknown, index: number, strictTags: boolean): void {
  const json = objectOf(operation, `Operation ${index} of the patch`);
  const op = textOf(json["op"], `op of operation ${index}`).toLowerCase();
  if (op !== "add" && op !== "replace" && op !== "remove")
    throw new HubError(400, `Operation ${index} of the patch: op '${op}' is none of add, replace, remove`);
  const path = textOf(json["path"], `path of operation ${index}`);
  // RFC 6901: ~1 is a slash inside a segment, ~0 a tilde.
  const segments = path
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
  const change: Change = { op, path, value: json["value"], platform: installation.platform, strictTags };
  const [name, ...rest] = segments;
  switch (name) {
    case "pushChannel":
      whole(change, rest);
      if (op === "remove") refuse(change);
      installation.pushChannel = parsePushChannel(installation.platform, change.value);
      // A new channel is a working one until the push service says otherwise.
      installation.pushChannelExpired = false;
      return;
    case "userId":
      whole(change, rest);
      if (op === "remove") delete installation.userId;
      else installation.userId = parseUserId(change.value);
      return;
    case "expirationTime":
      whole(change, rest);
      if (op === "remove") refuse(change);
      installation.expirationTime = textOf(change.value, path);
      if (Number.isNaN(Date.parse(installation.expirationTime)))
        throw new HubError(400, `${path}: '${installation.expirationTime}' is not a time`);
      return;
    case "secondaryTiles":
      patchTile(installation, change, rest);
      return;
    default:
      patchBearer(installation, change, segments);
  }
}

function patchTile(installation: Installation, change: Change, [name, ...rest]: readonly string[]): void {
  if (name === undefined) refuse(change);
  const tiles = (installation.secondaryTiles ??= {});
  const tile = ownValue(tiles, name);
  if (rest.length === 0) {
    if (change.op === "remove") delete tiles[name];
    else setOwn(tiles, name, parseTile(change.platform, change.value, change.path, change.strictTags));
    if (Object.keys(tiles).length === 0) delete installation.secondaryTiles;
    return;
  }
  if (!tile) throw new HubError(400, `${change.path}: there is no secondary tile '${name}'`);
  if (rest[0] === "pushChannel" && rest.length === 1 && change.op !== "remove")
    tile.pushChannel = textOf(change.value, change.path);
  else patchBearer(tile, change, rest);
}

function patchBearer(bearer: Bearer, change: Change, segments: readonly string[]): void {
  const [name, ...rest] = segments;
  if (name === "tags") patchTags(bearer, change, rest);
  else if (name === "templates") patchTemplate(bearer, change, rest);
  else refuse(change);
}

function patchTags(bearer: { tags?: string[] }, change: Change, [tag, ...rest]: readonly string[]): void {
  if (rest.length > 0 || (tag !== undefined && change.op === "add")) refuse(change);
  // "Replace: semantically equivalent to remove and add": of one tag where the path names it, else of all.
  const left = change.op === "add" ? (bearer.tags ?? []) : withoutTag(bearer.tags ?? [], tag);
  const tags = change.op === "remove" ? left : parseTags(uniteTags(left, readTags(change)), change.strictTags);
  // "When the last tag goes, the property goes": an empty array would come back as one.
  if (tags.length > 0) bearer.tags = tags;
  else delete bearer.tags;
}

/** All tags but one, or none of them when none is named. */
function withoutTag(tags: readonly string[], tag: string | undefined): string[] {
  return tag === undefined ? [] : tags.filter((each) => each.toLowerCase() !== tag.toLowerCase());
}

/** A tag, an array of tags, or such an array as a JSON string, as the documentation has it for tiles; the SDK's type knows strings only. */
function readTags({ value, path, strictTags }: Change): string[] {
  if (typeof value === "string" && !value.startsWith("[")) return parseTags([value], strictTags);
  return parseTags(typeof value === "string" ? parseJson(value, path) : value, strictTags);
}

function patchTemplate(bearer: Bearer, change: Change, [name, part, ...rest]: readonly string[]): void {
  if (name === undefined || name === "") refuse(change);
  const templates = (bearer.templates ??= {});
  if (part === undefined) {
    if (change.op === "remove") delete templates[name];
    else setOwn(templates, name, parseTemplate(change.platform, change.value, change.path, change.strictTags));
    if (Object.keys(templates).length === 0) delete bearer.templates;
    return;
  }
  const template = ownValue(templates, name);
  if (!template) throw new HubError(400, `${change.path}: there is no template '${name}'`);
  patchTemplatePart(template, change, part, rest);
}

function patchTemplatePart(
  template: InstallationTemplate,
  change: Change,
  part: string,
  rest: readonly string[],
): void {
  if (part === "tags") return patchTags(template, change, rest);
  whole(change, rest);
  const { op, path, value } = change;
  if (part === "body" && op !== "remove") template.body = textOf(value, path);
  else if (part === "headers") {
    template.headers = op === "remove" ? {} : parseHeaders(value, path);
  } else if (part === "expiry" && op === "remove") delete template.expiry;
  else if (part === "expiry") template.expiry = textOf(value, path);
  else refuse(change);
  checkInstallationTemplate(change.platform, template);
}

function whole(change: Change, rest: readonly string[]): void {
  if (rest.length > 0) refuse(change);
}

function refuse({ op, path }: Change): never {
  throw new HubError(400, `The patch operation '${op} ${path}' is not supported`);
}

// Names come from the wire: "__proto__" must be a name like any other, not the object's prototype.
function ownValue<T>(map: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function setOwn<T>(map: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
}
