import { BeckonError } from "./beckon-error.ts";

/** What became of a file that was handed on. `cancelled`: the user closed the share sheet. */
export type ShareOutcome = "shared" | "downloaded" | "cancelled";

/** Hands a file to where the user wants it, such as the platform's share sheet. Nothing returned means `shared`. */
export type Share = (file: Blob, name: string) => Promise<ShareOutcome | void>;

/** As much of a page as is used: the SDK also compiles where browsers' types are absent. */
interface Page {
  readonly navigator?: {
    canShare?(data: { files: File[] }): boolean;
    share?(data: { files: File[] }): Promise<void>;
  };
  readonly document?: { createElement(tag: "a"): { href: string; download: string; click(): void } };
}

/** The browser starts a download later than the click; the address must live until then. */
const DOWNLOAD_MS = 60_000;

/**
 * The browser's share sheet where it takes this file, else a download.
 *
 * @throws BeckonError `cannot_share` outside of pages
 */
export async function shareOrDownload(blob: Blob, name: string): Promise<ShareOutcome> {
  const { navigator, document } = globalThis as unknown as Page;
  const file = new File([blob], name, { type: blob.type });
  if (navigator?.share && navigator.canShare?.({ files: [file] })) {
    try {
      await navigator.share({ files: [file] });
      return "shared";
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") return "cancelled";
      // Not allowed, as the user's tap is too long ago, or the system refused: a download needs neither.
    }
  }
  if (!document) throw new BeckonError("cannot_share", "There is no page to share from: give `share`.");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_MS);
  return "downloaded";
}
