import type { RegistrationDraft } from "#emulator/hub/expand-installation.ts";
import { HubError } from "#emulator/hub/hub-error.ts";
import { mapOf, parseJson, textOf } from "#emulator/hub/installation.ts";
import { normaliseHandle, PLATFORMS } from "#emulator/hub/platforms.ts";
import type { Platform } from "#emulator/hub/platforms.ts";
import { NEVER_EXPIRES } from "#emulator/hub/registration.ts";
import type { RegistrationTemplate } from "#emulator/hub/registration.ts";
import { checkTags } from "#emulator/hub/tags.ts";
import { checkTemplate } from "#emulator/template/render-template.ts";
import { child, children, childText, parseXml } from "#emulator/wire/parse-xml.ts";
import type { XmlElement } from "#emulator/wire/parse-xml.ts";

/** What a registration's description says, before the hub adds id and version; `id` is that of an import file's line. */
export interface DescribedRegistration {
  draft: RegistrationDraft;
  id: string | undefined;
}

/**
 * Reads the Atom entry of a registration. Elements are taken in any order: documentation and SDKs differ.
 *
 * @throws HubError 400 saying what is wrong.
 */
export function parseRegistrationEntry(body: string, strictTags: boolean): DescribedRegistration {
  const entry = child(parseXml(body, "The registration"), "entry");
  const content = entry && child(entry, "content");
  if (!content) throw new HubError(400, "The registration must be an Atom entry with a content element");
  return parseDescription(content, strictTags);
}

/** Reads a bare description, as one line of an import file has it. @throws HubError 400 saying what is wrong. */
export function parseRegistrationLine(line: string, strictTags: boolean): DescribedRegistration {
  return parseDescription(parseXml(line, "The registration"), strictTags);
}

function parseDescription(parent: XmlElement, strictTags: boolean): DescribedRegistration {
  const names = Object.keys(parent).filter((name) => name !== "#text" && name !== "?xml");
  const [, kind = "", isTemplate] =
    /^(\w+?)(Template)?RegistrationDescription$/.exec(names.length === 1 ? (names[0] ?? "") : "") ?? [];
  const platform = PLATFORMS.find((each) => each.kind === kind);
  const description = child(parent, names[0] ?? "");
  if (!platform || !description)
    throw new HubError(
      400,
      `The content must be one registration description of a known kind, not '${names.join(", ")}'`,
    );
  const tags =
    childText(description, "Tags")
      ?.split(",")
      .map((tag) => tag.trim())
      .filter((tag) => tag !== "") ?? [];
  const pushVariables = childText(description, "PushVariables");
  const tileName = childText(description, "SecondaryTileName");
  const draft: RegistrationDraft = {
    platform,
    ...handleOf(platform, description),
    ownTags: checkTags(tags, strictTags),
    expirationTime: NEVER_EXPIRES,
    ...(isTemplate && { template: templateOf(platform, description) }),
    ...(pushVariables && { pushVariables: mapOf(parseJson(pushVariables, "PushVariables"), "PushVariables", textOf) }),
    ...(tileName && { secondaryTileName: tileName }),
  };
  return { draft, id: childText(description, "RegistrationId") };
}

function handleOf(platform: Platform, description: XmlElement): Pick<RegistrationDraft, "handle" | "handleParts"> {
  const parts = platform.handleElements.map((name) => {
    const value = childText(description, name);
    if (!value) throw new HubError(400, `A ${platform.kind} registration needs the element ${name}`);
    return normaliseHandle(platform, value);
  });
  const [first = ""] = parts;
  if (parts.length === 1) return { handle: first };
  return { handle: platform.name === "baidu" ? parts.join("-") : first, handleParts: parts };
}

function templateOf(platform: Platform, description: XmlElement): RegistrationTemplate {
  const body = childText(description, "BodyTemplate");
  if (!body) throw new HubError(400, "A template registration needs the element BodyTemplate");
  const name = childText(description, "TemplateName");
  const expiry = childText(description, "Expiry");
  const headers = {
    ...headersOf(description, "Wns"),
    ...headersOf(description, "Mpns"),
    ...headersOf(description, "Apns"),
  };
  const template = { body, headers, ...(name && { name }), ...(expiry && { expiry }) };
  checkTemplate(platform, template);
  return template;
}

/** `<WnsHeaders><WnsHeader><Header>…</Header><Value>…</Value></WnsHeader></WnsHeaders>`. */
function headersOf(description: XmlElement, prefix: "Wns" | "Mpns" | "Apns"): Record<string, string> {
  const list = child(description, `${prefix}Headers`);
  if (!list) return {};
  return Object.fromEntries(
    children(list, `${prefix}Header`).map((each) => {
      const header = childText(each, "Header");
      if (!header) throw new HubError(400, `A ${prefix}Header needs the element Header`);
      return [header, childText(each, "Value") ?? ""];
    }),
  );
}
