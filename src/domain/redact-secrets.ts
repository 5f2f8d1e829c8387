/**
 * What must not be left in a message that somebody may log, whatever it came in on (design, section 8; assurance B-16). Each row
 * blacks out the secret and leaves what tells which link or connection it was.
 */
const SECRETS: readonly { readonly what: RegExp; readonly left: string }[] = [
  // Whoever has a SAS has the blob: its signature, and who signed it. Also where a link stands in another link's query.
  { what: /(?<=^|[?&;\s"']|%26|%3F)(sig|skoid|sktid|saoid|suoid)(=|%3D)[^&\s"'<>]*/gi, left: "$1$2[redacted]" },
  // Connection strings of the hub and of a storage account.
  { what: /((?:SharedAccessKey|AccountKey)=)[^;\s"']+/gi, left: "$1[redacted]" },
  // The password in the address of a database or queue.
  {
    what: /(postgres(?:ql)?|rediss?(?:\+sentinel|\+cluster)?):\/\/([^:@/\s]*):[^@/\s]+@/gi,
    left: "$1://$2:[redacted]@",
  },
];

/** The text with its secrets blacked out: SAS signatures and who signed, keys of connection strings, passwords in addresses. */
export function redactSecrets(text: string): string {
  return SECRETS.reduce((safe, { what, left }) => safe.replaceAll(what, left), text);
}
