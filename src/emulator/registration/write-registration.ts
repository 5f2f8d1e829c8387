import { kindOf, tagsOf } from "#emulator/hub/registration.ts";
import type { Registration } from "#emulator/hub/registration.ts";
import { cdataElement, element, escapeXml, SERVICE_NAMESPACES } from "#emulator/wire/xml-text.ts";

const ATOM = 'xmlns="http://www.w3.org/2005/Atom"';
const METADATA = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";

/**
 * The Atom entry of a registration, as recorded.
 *
 * @param url absolute URL of the registration, with api-version.
 * @param now RFC 3339.
 */
export function registrationEntry(registration: Registration, url: string, now: string): string {
  const second = `${now.slice(0, 19)}Z`;
  return [
    `<entry p1:etag="W/&quot;${registration.etag}&quot;" xmlns:p1="${METADATA}" ${ATOM}>`,
    element("id", url),
    `<title type="text">${escapeXml(registration.id)}</title>`,
    element("published", second),
    element("updated", second),
    `<link rel="self" href="${escapeXml(url)}"/>`,
    `<content type="application/xml">${registrationDescription(registration)}</content>`,
    "</entry>",
  ].join("");
}

/** A feed of entries; without any it is how the service says that there are none. */
export function registrationFeed(entries: readonly string[], url: string, now: string): string {
  return `<feed ${ATOM}><title type="text">Registrations</title>${element("id", url)}${element("updated", `${now.slice(0, 19)}Z`)}${entries.join("")}</feed>`;
}

/** The description alone, in the element order of recorded answers; also one line of an export. What is not set is left out: the SDK reads an empty `Tags` as one empty tag. */
export function registrationDescription(registration: Registration): string {
  const { platform, handle, handleParts = [handle], template, pushVariables, secondaryTileName } = registration;
  const tags = tagsOf(registration);
  const name = `${kindOf(registration)}RegistrationDescription`;
  return [
    `<${name} ${SERVICE_NAMESPACES}>`,
    element("ETag", registration.etag),
    element("ExpirationTime", registration.expirationTime),
    element("RegistrationId", registration.id),
    tags.length === 0 ? "" : element("Tags", tags.join(",")),
    pushVariables ? element("PushVariables", JSON.stringify(pushVariables)) : "",
    ...platform.handleElements.map((each, index) => element(each, handleParts[index] ?? "")),
    secondaryTileName === undefined ? "" : element("SecondaryTileName", secondaryTileName),
    template ? templateElements(registration, template) : "",
    `</${name}>`,
  ].join("");
}

function templateElements({ platform }: Registration, template: NonNullable<Registration["template"]>): string {
  const { body, expiry, headers, name } = template;
  return [
    cdataElement("BodyTemplate", body),
    expiry === undefined ? "" : element("Expiry", expiry),
    platform.name === "windows" ? headerElements("Wns", headers) : "",
    platform.name === "windowsphone" ? headerElements("Mpns", headers) : "",
    name === undefined ? "" : element("TemplateName", name),
    platform.name === "apple" ? headerElements("Apns", headers) : "",
  ].join("");
}

function headerElements(prefix: "Wns" | "Mpns" | "Apns", headers: Readonly<Record<string, string>>): string {
  const items = Object.entries(headers).map(
    ([header, value]) => `<${prefix}Header>${element("Header", header)}${element("Value", value)}</${prefix}Header>`,
  );
  return items.length === 0 ? "" : `<${prefix}Headers>${items.join("")}</${prefix}Headers>`;
}
