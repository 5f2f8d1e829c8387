/** Left in a name, they show `report\u202Efdp.exe` as `reportexe.pdf`. Marks without a glyph are of no use in a file's name. */
const INVISIBLE = /[\p{Cc}\u061C\u200B\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/gu;

/**
 * The header that saves a download under the client's name whatever that is (RFC 6266): plain ASCII for old readers, and
 * the whole name in UTF-8 (RFC 8187) for the rest. Slashes become `_`, so that no name points out of a folder.
 */
export function attachmentDisposition(fileName: string): string {
  const name = fileName.toWellFormed().replaceAll(INVISIBLE, "").replaceAll(/[/\\]/g, "_").trim() || "file";
  // `%` too: some browsers decode it in the plain form.
  const plain = name.replaceAll(/[^\x20-\x7e]|["%]/gu, "_");
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
