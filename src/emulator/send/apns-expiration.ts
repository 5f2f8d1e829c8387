/** A W3C date as APNs' `apns-expiration`, in seconds since 1970; undefined when it is none. */
export function apnsExpiration(date: string | undefined): string | undefined {
  const at = Date.parse(date ?? "");
  return Number.isNaN(at) ? undefined : String(Math.floor(at / 1_000));
}
