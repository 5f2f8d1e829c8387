import { apnsExpiration } from "./apns-expiration.ts";
import { HubError } from "#emulator/hub/hub-error.ts";
import { objectOf, parseJson } from "#emulator/hub/installation.ts";
import { platformOfFormat } from "#emulator/hub/platforms.ts";
import type { Audience } from "#emulator/hub/registration-store.ts";
import type { Call } from "#emulator/wire/call.ts";

/** What one send carries, whoever it is for. */
export interface Notification {
  audience: Audience;
  body: string;
  /** What goes on to the push service. */
  headers: Record<string, string>;
  /** The properties of a template notification; empty for a native one. */
  properties: Readonly<Record<string, string>>;
}

/** Headers that are for the hub, or for the way to it, and end there. */
const NOT_FORWARDED =
  /^(host|connection|keep-alive|transfer-encoding|content-length|content-type|authorization|user-agent|accept|accept-.*|expect|te|trackingid|traceparent|tracestate|x-ms-.*|servicebusnotification-.*|auth|p256dh)$/i;

/**
 * Reads format, content type and body of a send.
 *
 * @param contentType of the notification itself: in a batch its part has one of its own.
 * @throws HubError 400 for an unknown format, or a content type or body that does not go with it.
 */
export function readNotification(call: Call, body: string, contentType: string | undefined): Notification {
  // "Optional for template sends", says the documentation: without it, it is one.
  const format = textHeader(call, "servicebusnotification-format") ?? "template";
  const headers = { ...forwardedHeaders(call.rawHeaders), ...legacyApnsHeaders(call) };
  const mediaType = contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (format.toLowerCase() === "template") {
    expectMediaType(mediaType, ["application/json"], "template");
    return { audience: "template", body, headers, properties: templateProperties(body) };
  }
  const platform = platformOfFormat(format);
  if (!platform) throw new HubError(400, `ServiceBusNotification-Format '${format}' is not supported`);
  if (platform.templateSyntax === "json") {
    expectMediaType(mediaType, ["application/json"], format);
    objectOf(parseJson(body, "The notification"), "The notification");
  } else {
    expectMediaType(mediaType, ["application/xml", "text/xml", "application/octet-stream"], format);
    if (contentType !== undefined) headers["Content-Type"] = contentType;
    if (platform.name === "windows" && !Object.keys(headers).some((name) => name.toLowerCase() === "x-wns-type"))
      call.warn("A send to Windows without X-WNS-Type: WNS itself would refuse it");
  }
  if (body === "") throw new HubError(400, "The notification is empty");
  return { audience: platform, body, headers, properties: {} };
}

/** The value of a header that may come only once. */
export function textHeader(call: Call, name: string): string | undefined {
  const value = call.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

function expectMediaType(mediaType: string, allowed: readonly string[], format: string): void {
  if (!allowed.includes(mediaType))
    throw new HubError(
      400,
      `Content-Type '${mediaType}' does not go with the format ${format}: expected ${allowed.join(" or ")}`,
    );
}

function templateProperties(body: string): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(
    objectOf(parseJson(body, "The template notification"), "The template notification"),
  )) {
    if (typeof value !== "string")
      throw new HubError(400, `The property '${name}' of a template notification must be a string`);
    // Names are matched ignoring case. Defined, not assigned: __proto__ must be a name like any other.
    Object.defineProperty(properties, name.toLowerCase(), {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return properties;
}

/** What older clients say of expiry and priority, in APNs' own words (documentation of sending to APNs). */
function legacyApnsHeaders(call: Call): Record<string, string> {
  const expiry = apnsExpiration(textHeader(call, "servicebusnotification-apns-expiry"));
  return expiry === undefined ? {} : { "apns-expiration": expiry };
}

function forwardedHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (!NOT_FORWARDED.test(name)) headers[name] = rawHeaders[i + 1] ?? "";
  }
  return headers;
}
