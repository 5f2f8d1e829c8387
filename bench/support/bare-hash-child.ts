/** What `bench verify` is measured against: fetch a link, hash what comes. Nothing else. */
import { createHash } from "node:crypto";
import { printMemory } from "./own-memory.ts";

const url = process.argv[2] ?? "";
await printMemory(async () => {
  const { body } = await fetch(url);
  if (!body) throw new Error("the link gave no body");
  const hash = createHash("sha256");
  for await (const chunk of body) hash.update(chunk);
  hash.digest("hex");
  return performance.now();
});
