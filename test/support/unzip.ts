import { buffer } from "node:stream/consumers";
import { fromBufferPromise } from "yauzl";

/** What a zip holds, by path, as somebody else's reader finds it: it checks names, sizes and checks. */
export async function unzip(zip: Buffer): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  const file = await fromBufferPromise(zip);
  for await (const entry of file.eachEntry())
    entries.set(entry.fileName, await buffer(await file.openReadStreamPromise(entry)));
  return entries;
}
