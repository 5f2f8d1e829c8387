import type { UploadLink } from "#ports/blob-store.ts";

/** What a device does with an upload link, for bytes that fit in one PUT. */
export function putThrough(
  link: Pick<UploadLink, "url" | "headers">,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<Response> {
  return fetch(link.url, { method: "PUT", headers: { ...link.headers }, body });
}

/** An Azure error's code, as a device reads it. */
export function errorCodeOf(response: Response): string | null {
  return response.headers.get("x-ms-error-code");
}
