import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch, release, totalmem, type } from "node:os";
import { join, resolve } from "node:path";
import { type Phone, type PhoneAnswer, type PhoneEvent, startPhone } from "#phone/start-phone.ts";
import { type Collector, freezeBytes, type Review } from "#sdk/create-beckon.ts";
import { nodeFileCollector, nodeFolderStorage } from "#sdk/node-support.ts";
import { type RotatingLogs, writeRotatingLogs } from "./rotating-logs.ts";
import { createTokenSource } from "./token-source.ts";

/** Whose phone it is, by the app's own id. */
export const DEMO_USER_ID = "ann";

/** Whose phone is in the browser: Ann's is in the terminal, and would answer first. */
export const STAGE_USER_ID = "mia";

export interface DemoPhone extends Phone {
  /** What agents may ask for. */
  readonly collectors: readonly string[];
  /** The pretended app's own logs; not there when the phone shows a folder of yours. */
  readonly logs: RotatingLogs | undefined;
  /** SHA-256 of the files of a prompt as they were frozen, taken by Node's own hash, by `collector/name`. */
  hashesOf(requestId: string): Promise<ReadonlyMap<string, string>>;
}

/**
 * Turns Ann's phone on. Its identity and what it remembers outlive the demo, as a phone's would; its push token is a new one
 * each time, as FCM may do.
 *
 * @param options.yourLogs a folder that is read and never written, instead of logs that the phone writes itself
 */
export async function startDemoPhone({
  dataFolder,
  yourLogs,
  apiUrl,
  emulatorUrl,
  ask,
  onEvent,
}: {
  dataFolder: string;
  yourLogs: string | undefined;
  apiUrl: string;
  emulatorUrl: string;
  ask: (review: Review, signal: AbortSignal) => Promise<PhoneAnswer>;
  onEvent: (event: PhoneEvent) => void;
}): Promise<DemoPhone> {
  const home = join(dataFolder, "phone");
  mkdirSync(home, { recursive: true });
  const logs = yourLogs === undefined ? writeRotatingLogs(join(home, "logs")) : undefined;
  const collectors: Collector[] = [
    nodeFileCollector({
      name: "app",
      label: "Logs of the app",
      folder: logs?.folder ?? resolve(yourLogs ?? ""),
      // Hidden files of a folder of yours are nobody's logs.
      pattern: logs?.pattern ?? /^[^.]/,
      snapshots: join(home, "frozen"),
    }),
    {
      name: "system",
      label: "About this phone",
      collect: () => Promise.resolve([freezeBytes("device.txt", describeDevice())]),
    },
  ];
  const hashes = new Map<string, Promise<Map<string, string>>>();
  try {
    const phone = await startPhone({
      baseUrl: apiUrl,
      inboxUrl: `${emulatorUrl}/$emulator/inbox`,
      installationId: keepId(join(home, "installation-id")),
      pushToken: `fcm-${randomUUID()}`,
      getToken: createTokenSource({ apiUrl, username: DEMO_USER_ID, audience: "beckon-devices" }),
      collectors,
      storage: nodeFolderStorage(join(home, "storage")),
      createHasher: () => createHash("sha256"),
      locale: "en",
      model: "Pixel 10",
      appVersion: "4.2.0",
      async ask(review, signal) {
        const hashed = hashAll(review);
        hashed.catch(() => {}); // a prompt that is declined at once takes its files away under the hash
        hashes.set(review.request.id, hashed);
        return ask(review, signal);
      },
      onEvent,
    });
    return {
      ...phone,
      stop() {
        phone.stop();
        logs?.stop();
      },
      collectors: collectors.map(({ name }) => name),
      logs,
      hashesOf: (requestId) => hashes.get(requestId) ?? Promise.resolve(new Map()),
    };
  } catch (error) {
    logs?.stop();
    throw error;
  }
}

async function hashAll(review: Review): Promise<Map<string, string>> {
  const taken = new Map<string, string>();
  for (const file of review.files) {
    const hash = createHash("sha256");
    for await (const piece of file.read()) hash.update(piece);
    taken.set(`${file.collector}/${file.name}`, hash.digest("hex"));
  }
  return taken;
}

function describeDevice(): string {
  return [
    `time      ${new Date().toISOString()}`,
    `system    ${type()} ${release()} ${arch()}`,
    `memory    ${Math.round(totalmem() / 1e9)} GB`,
    "",
  ].join("\n");
}

function keepId(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomUUID());
  return readFileSync(file, "utf8").trim();
}
