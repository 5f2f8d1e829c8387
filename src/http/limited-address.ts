import { isIPv6 } from "node:net";

/**
 * Whom a limit by address counts: an IPv4 address, also one written as IPv6 (`::ffff:192.0.2.1`), or the first 64 bits of an
 * IPv6 address. A network gives each subscriber at least those (RFC 6177), so that whoever has one address has 2^64.
 */
export function limitedAddress(address: string | undefined): string {
  if (address === undefined) return "unknown";
  const [text = ""] = address.split("%");
  if (!isIPv6(text)) return address;
  const groups = groupsOf(text);
  const [, , , , , sixth, high = 0, low = 0] = groups;
  if (sixth === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  }
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(":")}::/64`;
}

/** The eight numbers of a valid IPv6 address, however it is written. */
function groupsOf(text: string): number[] {
  const hex = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_quad, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = [], tail = []] = hex.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
}
