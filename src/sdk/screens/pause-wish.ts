import type { SendingWait } from "./consent-types.ts";

/** "Pause", from the tap until the SDK says that it stands still: files that are still being read have no upload to pause yet. */
export interface PauseWish {
  begin(): void;
  end(): void;
  /** What to show for this word of the SDK. The wish is told again where the upload began after it. */
  see(waitingFor: SendingWait | undefined): SendingWait | undefined;
}

/** @param pause the SDK's; nothing happens where there is no upload */
export function createPauseWish(pause: () => Promise<void>): PauseWish {
  let isWished = false;
  const tell = (): void => void pause().catch(() => {});
  return {
    begin() {
      isWished = true;
      tell();
    },
    end() {
      isWished = false;
    },
    see(waitingFor) {
      if (waitingFor === "user") isWished = false;
      if (!isWished) return waitingFor;
      tell();
      return "user";
    },
  };
}
