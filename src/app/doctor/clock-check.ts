import pg from "pg";
import { READ_CLOCK } from "#adapters/postgres/postgres-clock.ts";
import type { Settings } from "#app/config.ts";
import { Ailment, type Check } from "./check.ts";

/** Links live for minutes by PostgreSQL's time and are judged by Blob Storage's: half a minute apart is felt by users. */
const MAX_SKEW_SECONDS = 30;
const ANSWER_MS = 8_000;

/** Whether this machine, PostgreSQL and Blob Storage agree on what time it is. */
export function clockCheck({ DATABASE_URL, BLOB_ENDPOINT }: Settings): Check {
  return {
    name: "clocks",
    mend: "set this machine's clock by NTP: timedatectl set-ntp true",
    after: "database",
    async run() {
      const database = await secondsAhead(() => readDatabaseClock(DATABASE_URL));
      const blobs = await secondsAhead(() => readBlobClock(BLOB_ENDPOINT));
      const skews = `PostgreSQL ${signed(database)} s, Blob Storage ${signed(blobs)} s from this machine`;
      if (Math.max(Math.abs(database), Math.abs(blobs), Math.abs(database - blobs)) > MAX_SKEW_SECONDS) {
        throw new Ailment(
          `the clocks differ: ${skews}`,
          "set the clock that is wrong by NTP: timedatectl set-ntp true",
        );
      }
      return skews;
    },
  };
}

/** How far another clock is ahead of this machine's; the question's way there and back is shared out evenly. */
async function secondsAhead(read: () => Promise<number>): Promise<number> {
  const before = Date.now();
  const there = await read();
  return (there - (before + Date.now()) / 2) / 1000;
}

async function readDatabaseClock(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: ANSWER_MS });
  client.on("error", () => {}); // the query that meets it says so
  try {
    await client.connect();
    const { rows } = await client.query<{ now: number }>(READ_CLOCK);
    if (!rows[0]) throw new Error("PostgreSQL told no time");
    return rows[0].now;
  } finally {
    await client.end();
  }
}

/** Its answers say when they were made, also those that refuse; whole seconds, so half of one is added. */
async function readBlobClock(endpoint: string): Promise<number> {
  const answer = await fetch(endpoint, { signal: AbortSignal.timeout(ANSWER_MS) });
  await answer.body?.cancel();
  const date = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isNaN(date)) throw new Error("Blob Storage told no time");
  return date + 500;
}

function signed(seconds: number): string {
  return `${seconds < 0 ? "−" : "+"}${Math.abs(seconds).toFixed(1)}`;
}
