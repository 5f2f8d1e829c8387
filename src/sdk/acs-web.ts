/**
 * Logs of the Azure Communication Services Calling SDK for the web, an entry of its own: it imports nothing of ACS, but
 * takes the app's own `AzureLogger` and `CallClient`. Read off @azure/logger 1.3.0 and @azure/communication-calling 2.0.0 and
 * 1.36.1-beta.1.
 */
import { describeValue } from "./describe-value.ts";
import { type Collector, freezeBytes, type FrozenFile } from "./frozen-file.ts";
import { createLogStore, type LogStore, type LogStoreOptions } from "./log-store.ts";

export { createLogStore, type LogStore, type LogStoreOptions } from "./log-store.ts";
export { type BeckonStorage, indexedDbStorage, memoryStorage } from "./storage.ts";

export type AcsLogLevel = "verbose" | "info" | "warning" | "error";

/** As much of `AzureLogger` of @azure/logger as is used. */
export interface AcsLogger {
  log: (...args: unknown[]) => void;
}

/**
 * As much of `callClient.feature(Features.DebugInfo)` as is used. Stable versions have `getEnvironmentInfo` alone; betas
 * have `dumpDebugInfo` too, so it is looked for when logs are collected.
 */
export interface AcsDebugInfo {
  getEnvironmentInfo(): Promise<unknown>;
  dumpDebugInfo?(): { readonly dumpId: string; readonly dump: string | Uint8Array };
}

export interface AcsLogOptions extends Omit<LogStoreOptions, "name"> {
  /** `AzureLogger` of @azure/logger, the copy that the Calling SDK uses: one in `node_modules`. */
  readonly logger: AcsLogger;
  /** `setLogLevel` of @azure/logger. Without it the app sets the level itself, else the Calling SDK logs nothing. */
  readonly setLogLevel?: (level: AcsLogLevel) => void;
  /** What is kept: this level and the graver ones. Default: `verbose`, which Microsoft's support asks for. */
  readonly level?: AcsLogLevel;
  /** What still goes where it went before, such as the browser's console. Default: everything, as before. */
  readonly passOn?: AcsLogLevel | "nothing";
  /** What all sessions together may take. Default: 10 MiB. */
  readonly maxBytes?: number;
  /**
   * The last word on each line before it is kept. Default: `maskTokens`. Logs of calls still hold names of people, addresses
   * and devices: say so where you ask for consent.
   */
  readonly mask?: (line: string) => string;
}

export interface AcsLog {
  /** What keeps the lines; append your own, such as a call's id as it begins. */
  readonly store: LogStore;
  /**
   * The log for agents who ask: a file a session, what the Calling SDK says of browser and devices (`environment.json`),
   * and its own dump where it has one.
   *
   * @param options.debugInfo such as `() => callClient.feature(Features.DebugInfo)`
   */
  collector(options: {
    /** Default: `acs-calling`. */
    readonly name?: string;
    readonly label: string;
    readonly typicalSizeBytes?: number;
    readonly debugInfo?: () => AcsDebugInfo | undefined;
  }): Collector;
  /** Puts back the `log` that was there and stores what is left. */
  stop(): Promise<void>;
}

const LEVELS: readonly AcsLogLevel[] = ["error", "warning", "info", "verbose"];
/** What @azure/logger puts before a message: `azure:NAMESPACE:LEVEL`. */
const LEVEL = /^\S*:(error|warning|info|verbose)(?:\s|$)/;

/**
 * Keeps what the Calling SDK logs, across reloads: the newest lines, and how each session began. Call it once, before the
 * `CallClient` is made.
 */
export function recordAcsLogs({
  logger,
  setLogLevel,
  level = "verbose",
  passOn = "verbose",
  mask = maskTokens,
  maxBytes = 10 * 1024 * 1024,
  facts,
  ...rest
}: AcsLogOptions): AcsLog {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  const browser = navigator?.userAgent;
  const store = createLogStore({
    ...rest,
    name: "acs",
    maxBytes,
    facts: { ...(browser !== undefined && { browser }), ...facts, level },
  });
  const before = logger.log;
  const wants = (limit: AcsLogLevel, given: AcsLogLevel) => LEVELS.indexOf(given) <= LEVELS.indexOf(limit);
  let stopped = false;

  function log(...args: unknown[]): void {
    const [, found] = LEVEL.exec(typeof args[0] === "string" ? args[0] : "") ?? [];
    const given = (found as AcsLogLevel | undefined) ?? "info";
    if (!stopped && wants(level, given)) {
      try {
        store.append(mask(args.map(describeValue).join(" ")));
      } catch {
        // The app's own mask: a call must not fail because its log does.
      }
    }
    if (stopped || (passOn !== "nothing" && wants(passOn, given))) before.apply(logger, args);
  }

  logger.log = log;
  setLogLevel?.(level);

  return {
    store,
    collector({ name = "acs-calling", label, typicalSizeBytes, debugInfo }) {
      const lines = store.collector({ name, label });
      return {
        name,
        label,
        ...(typicalSizeBytes === undefined ? {} : { typicalSizeBytes }),
        async collect(request) {
          const told = debugInfo ? await readDebugInfo(debugInfo, request.leaveOut) : [];
          const toldBytes = told.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
          const maxFiles = Math.max(0, request.maxFiles - told.length);
          return [
            ...told,
            ...(await lines.collect({ ...request, maxFiles, maxBytes: Math.max(0, request.maxBytes - toldBytes) })),
          ];
        },
      };
    },
    async stop() {
      stopped = true;
      // Someone who has chained onto ours since then keeps theirs: it goes on to what was there before.
      if (logger.log === log) logger.log = before;
      await store.close();
    },
  };
}

/** Puts `[token]` in the place of what looks like a bearer token: three parts of base64url, the first of JSON. */
export function maskTokens(line: string): string {
  return line.includes("eyJ") ? line.replace(/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, "[token]") : line;
}

/** A feature that does not answer must not keep the user waiting for the prompt. */
const ANSWER_MS = 5_000;

async function readDebugInfo(
  debugInfo: () => AcsDebugInfo | undefined,
  leaveOut: Parameters<Collector["collect"]>[0]["leaveOut"],
): Promise<FrozenFile[]> {
  const files: FrozenFile[] = [];
  const now = new Date();
  async function take(name: string, read: (info: AcsDebugInfo) => Promise<FrozenFile | undefined>): Promise<void> {
    try {
      const info = debugInfo();
      const file = info && (await inTime(read(info)));
      if (file) files.push(file);
    } catch {
      leaveOut({ name, sizeBytes: 0, modifiedAt: now, reason: "unreadable" });
    }
  }

  await take("environment.json", async (info) => {
    const text = JSON.stringify(await info.getEnvironmentInfo(), undefined, 2) ?? "null";
    return freezeBytes("environment.json", text, { modifiedAt: now });
  });
  await take("debug-info.json.zlib", async (info) => {
    const { dump } = info.dumpDebugInfo?.() ?? {};
    // 1.36.1-beta.1 gives deflated JSON (RFC 1950) as a string with a character for each byte.
    if (dump === undefined) return undefined;
    const bytes = typeof dump === "string" ? Uint8Array.from(dump, (character) => character.charCodeAt(0)) : dump;
    return freezeBytes("debug-info.json.zlib", bytes, { modifiedAt: now });
  });
  return files;
}

async function inTime<Value>(answer: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), ANSWER_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
