/**
 * `npm run bench NAME`: what Beckon costs beside the barest program that does the same, both on this machine in one run.
 *
 *   accept     durable accepts a second (token, limits, validation, Idempotency-Key, five rows, 202 after the commit)
 *              ÷ Express 5 with one INSERT; CPU a request and p99 beside it
 *   verify     peak memory of verifying 1 GiB ÷ a bare download and hash of it; speed beside it
 *   multipart  the API takes a form of 512 MiB (`npm run bench multipart 2048` of 2 GiB): memory ÷ a bare server that throws the same
 *              away; what further forms at the same time add; speed ÷ the same bytes straight to Azurite
 *   phone      the simulated phone shares 50 MB on a processor six times slower: tasks over 50 ms (no ratio: likewise)
 *   console    the console's list of 10,000 requests in Chromium: frames over 50 ms, blank rows (no ratio: the bound is a promise)
 *   emulator   a hub of 100,000 installations: memory, time of a send in process, sends a second (no ratio: there is no other)
 *
 * Figures are ratios, as `median (least..most)` over rounds: another machine, or a busy one, moves both sides of a ratio. On a busy
 * machine trust CPU before time: there many threads get more of the cores than few. Never a test: a busy machine would fail it.
 */
import { benchAccept } from "./accept.ts";
import { benchConsole } from "./console.ts";
import { benchEmulator } from "./emulator.ts";
import { benchMultipart } from "./multipart.ts";
import { benchPhone } from "./phone.ts";
import { benchVerifyMemory } from "./verify-memory.ts";

const BENCHES: Readonly<Record<string, { says: string; run: (log: (line: string) => void) => Promise<void> }>> = {
  accept: { says: "durable accepts a second ÷ bare Express 5 with one INSERT", run: benchAccept },
  verify: { says: "peak memory of verify ÷ a bare download and hash of 1 GiB", run: benchVerifyMemory },
  multipart: {
    says: "a form with a large file: memory ÷ a bare drain, speed ÷ straight to Azurite",
    run: (log) => benchMultipart(log, process.argv[3] === undefined ? undefined : Number(process.argv[3])),
  },
  phone: { says: "50 MB shared by the phone page on a processor six times slower: tasks over 50 ms", run: benchPhone },
  console: { says: "10,000 requests scrolled in Chromium: frames over 50 ms, blank rows", run: benchConsole },
  emulator: { says: "a hub of 100,000 installations: memory, time of a send, sends a second", run: benchEmulator },
};

const name = process.argv[2];
const bench = BENCHES[name ?? ""];
if (bench) {
  await bench.run((line) => console.log(line));
} else {
  if (name !== undefined) console.error(`There is no bench '${name}'.\n`);
  console.log("npm run bench NAME, where NAME is one of:\n");
  for (const [known, { says }] of Object.entries(BENCHES)) console.log(`  ${known.padEnd(10)} ${says}`);
  process.exitCode = name === undefined ? 0 : 2;
}
