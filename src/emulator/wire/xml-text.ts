/** Namespace of every description, detail and outcome of Notification Hubs. */
export const SERVICE_NAMESPACE = "http://schemas.microsoft.com/netservices/2010/10/servicebus/connect";

/** Namespace declarations as recorded on root elements of answers. */
export const SERVICE_NAMESPACES = `xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="${SERVICE_NAMESPACE}"`;

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Escapes text for an element or a quoted attribute; what XML 1.0 cannot hold at all becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character).replace(FORBIDDEN, "\uFFFD");
}

// All but the characters of XML 1.0: other control characters, lone surrogates, U+FFFE and U+FFFF.
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** `<Name>text</Name>`. Quotation marks stay as they are in a text, as in recorded answers. */
export function element(name: string, text: string | number): string {
  return `<${name}>${escapeXml(String(text)).replaceAll("&quot;", '"')}</${name}>`;
}

/** `<Name><![CDATA[text]]></Name>`. */
export function cdataElement(name: string, text: string): string {
  return `<${name}><![CDATA[${text.replace(FORBIDDEN, "\uFFFD").replaceAll("]]>", "]]]]><![CDATA[>")}]]></${name}>`;
}
