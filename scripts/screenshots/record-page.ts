import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { animateWebp, type Frame } from "./animate-webp.ts";

/** Between two pictures: enough to see a pointer travel, few enough for a page that is read on the web. */
const EVERY_MS = 250;
/** On the last picture, before it begins again. */
const REST_MS = 4_000;
/** Letters stay sharp, and a minute stays within a few megabytes. */
const QUALITY = 50;

/**
 * Takes pictures of a page while something goes on in it; a picture that is the same as the one before only lasts longer.
 *
 * @param meanwhile ends the recording when it resolves
 * @returns an animated WebP
 */
export async function recordPage(page: Page, meanwhile: () => Promise<void>): Promise<Buffer> {
  const size = page.viewportSize();
  if (!size) throw new Error("Only a page with a size of its own can be recorded.");
  const cdp = await page.context().newCDPSession(page);
  const frames: { webp: Buffer; at: number }[] = [];
  let isOver = false;
  const look = async () => {
    const at = performance.now();
    const { data } = await cdp.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
    const webp = Buffer.from(data, "base64");
    if (frames.at(-1)?.webp.equals(webp) !== true) frames.push({ webp, at });
    await sleep(Math.max(0, at + EVERY_MS - performance.now()));
  };
  const looking = (async () => {
    while (!isOver) await look();
    await look();
  })();
  try {
    await meanwhile();
  } finally {
    isOver = true;
    await looking;
    await cdp.detach();
  }
  const lasting: Frame[] = frames.map(({ webp, at }, index) => ({
    webp,
    durationMs: (frames[index + 1]?.at ?? at + REST_MS) - at,
  }));
  return animateWebp(lasting, size);
}
