import { apnsExpiration } from "#emulator/send/apns-expiration.ts";
import { HubError } from "#emulator/hub/hub-error.ts";
import type { Platform, PlatformName } from "#emulator/hub/platforms.ts";
import type { Registration, RegistrationTemplate } from "#emulator/hub/registration.ts";
import { compileTemplate } from "./compile-template.ts";
import type { TemplateSyntax } from "./compile-template.ts";
import { parseTemplateText, renderTerms } from "./template-expression.ts";
import type { Lookup } from "./template-expression.ts";

/** A payload with the headers that go with it. */
export interface RenderedTemplate {
  body: string;
  headers: Record<string, string>;
}

/** What a template of this platform is written in: Windows' is XML unless its headers call it raw. */
export function templateSyntax(platform: Platform, headers: Readonly<Record<string, string>>): TemplateSyntax {
  const type = Object.entries(headers).find(([name]) => /^x-(wns-type|windowsphone-target)$/i.test(name))?.[1];
  return platform.templateSyntax === "xml" && type?.toLowerCase() === "wns/raw" ? "text" : platform.templateSyntax;
}

/** Headers without which a template is refused (documentation of creating registrations and installations). */
const MANDATORY_HEADERS: Partial<Record<PlatformName, string>> = {
  windows: "X-WNS-Type",
  windowsphone: "X-WindowsPhone-Target",
};

/** @throws HubError 400 when a mandatory header is missing, or when body, headers or expiry cannot be rendered; found when it is registered, not when it is sent. */
export function checkTemplate(
  platform: Platform,
  template: Pick<RegistrationTemplate, "body" | "headers" | "expiry">,
): void {
  const mandatory = MANDATORY_HEADERS[platform.name];
  if (
    mandatory !== undefined &&
    !Object.keys(template.headers).some((name) => name.toLowerCase() === mandatory.toLowerCase())
  ) {
    throw new HubError(400, `A template for ${platform.name} needs the header ${mandatory}`);
  }
  compileTemplate(templateSyntax(platform, template.headers), template.body);
  for (const [name, value] of Object.entries(template.headers)) parseTemplateText(value, `the header ${name}`);
  if (template.expiry !== undefined) parseTemplateText(template.expiry, "the expiry");
}

/**
 * Renders a template for one device.
 *
 * @param properties of the notification, by name in lower case. They go before the registration's push variables of the
 *   same name: nothing public says which the service prefers.
 */
export function renderTemplate(
  registration: Registration,
  template: RegistrationTemplate,
  properties: Readonly<Record<string, string>>,
): RenderedTemplate {
  const variables = lowerCaseNames(registration.pushVariables ?? {});
  const lookup: Lookup = (name) => (Object.hasOwn(properties, name) ? properties[name] : variables.get(name));
  const headers = Object.fromEntries(
    Object.entries(template.headers).map(([name, value]) => [
      name,
      renderTerms(parseTemplateText(value, name), lookup),
    ]),
  );
  const expiry =
    template.expiry === undefined ? "" : renderTerms(parseTemplateText(template.expiry, "the expiry"), lookup);
  const expiration = registration.platform.name === "apple" ? apnsExpiration(expiry) : undefined;
  return {
    body: compileTemplate(templateSyntax(registration.platform, template.headers), template.body)(lookup),
    headers: { ...(expiration !== undefined && { "apns-expiration": expiration }), ...headers },
  };
}

function lowerCaseNames(variables: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(variables).map(([name, value]) => [name.toLowerCase(), value]));
}
