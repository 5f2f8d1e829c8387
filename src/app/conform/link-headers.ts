/** How a link is to be used, as it says itself. */
export type LinkUpload = "single" | "blocks";

/** What a link says that its upload has to carry; as links to Blob Storage say it. */
export function headersOf(upload: LinkUpload): Readonly<Record<string, string>> {
  if (upload === "blocks") return { "x-ms-blob-content-type": "application/octet-stream", "if-none-match": "*" };
  return { "x-ms-blob-type": "BlockBlob", "content-type": "application/octet-stream", "if-none-match": "*" };
}
