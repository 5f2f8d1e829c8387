/**
 * A text in which the secret parts of SAS links are blacked out. Whoever has a SAS has the blob, so that every message of
 * this adapter passes through here before anybody can log it: signatures, and who signed (`skoid`, `sktid`). Assurance B-16.
 */
export function redactSas(text: string): string {
  return text.replaceAll(/(?<=^|[?&;\s"']|%26|%3F)(sig|skoid|sktid|saoid|suoid)(=|%3D)[^&\s"'<>]*/gi, "$1$2[redacted]");
}
