import type { Response } from "express";
import type { Desk } from "./desk.ts";

/** Waits until the script lets uploads go on, or the app hangs up. */
export function isReleased(desk: Desk, response: Response): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (released: boolean) => {
      desk.held.delete(release);
      resolve(released);
    };
    const release = (): void => end(true);
    desk.held.add(release);
    response.once("close", () => end(false));
  });
}
