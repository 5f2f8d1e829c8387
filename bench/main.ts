/** `npm run bench NAME`: figures as ratios within one run. Never a test: a busy machine would fail it. */
import { benchAccept } from "./accept.ts";

const BENCHES: Readonly<Record<string, (log: (line: string) => void) => Promise<void>>> = {
  accept: benchAccept,
};

const name = process.argv[2] ?? "";
const bench = BENCHES[name];
if (!bench) {
  console.error(`Name one of: ${Object.keys(BENCHES).join(", ")}. For example: npm run bench accept`);
  process.exit(2);
}
await bench((line) => console.log(line));
