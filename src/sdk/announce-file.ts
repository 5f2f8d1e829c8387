import type { ReviewFile } from "./freeze-request.ts";
import type { AnnouncedFile } from "./wire.ts";

/** A frozen file as the server hears of it before its bytes. */
export function announce(
  { collector, name, sizeBytes, modifiedAt, coversFrom, coversTo }: Omit<ReviewFile, "label" | "read">,
  sha256: string,
): AnnouncedFile {
  return {
    collector,
    name,
    sizeBytes,
    sha256,
    modifiedAt: modifiedAt.toISOString(),
    coversFrom: coversFrom?.toISOString(),
    coversTo: coversTo?.toISOString(),
  };
}
