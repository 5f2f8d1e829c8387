import type { Happening } from "#phone/system/happenings.ts";
import type { BeckonStorage } from "#sdk/create-beckon.ts";
import { CALL_MS, pretendCall } from "./pretend-call.ts";
import { openRotatingLog, type RotatingLog } from "./rotating-log.ts";

/** A call as the app remembers it. */
export interface RecentCall {
  readonly at: Date;
  readonly isDropped: boolean;
}

/** What the app writes, and what it remembers of its calls. */
export interface AppLogs {
  readonly appLog: RotatingLog;
  readonly callLog: RotatingLog;
  calls(): Promise<RecentCall[]>;
  /** Pretends a call that drops, line by line as it would. Resolves when it has dropped. */
  call(): Promise<void>;
  note(happening: Happening): void;
}

const CALLS = "recent-calls";
const REMEMBERED = 3;
/** On its first start the phone has had a call already, so that there is something to ask about. */
const EARLIER_MS = 40 * 60_000;

export async function openAppLogs(storage: BeckonStorage): Promise<AppLogs> {
  const now = () => new Date();
  const appLog = openRotatingLog({ name: "app", storage, now });
  const callLog = openRotatingLog({ name: "acs-calling", storage, now });

  async function calls(): Promise<RecentCall[]> {
    const stored = await storage.get(CALLS);
    const list = typeof stored === "string" ? (JSON.parse(stored) as { at: string; isDropped: boolean }[]) : [];
    return list.map(({ at, isDropped }) => ({ at: new Date(at), isDropped }));
  }

  async function remember(call: RecentCall): Promise<void> {
    await storage.set(CALLS, JSON.stringify([call, ...(await calls())].slice(0, REMEMBERED)));
  }

  async function write(at: Date, wait: (ms: number) => Promise<void>): Promise<void> {
    let waitedMs = 0;
    for (const { afterMs, level, text } of pretendCall(crypto.randomUUID(), Math.random)) {
      await wait(afterMs - waitedMs);
      waitedMs = afterMs;
      await callLog.write(level, text, new Date(at.getTime() + afterMs));
    }
    await appLog.write("WARN", "[calls] call dropped: media connection lost", new Date(at.getTime() + CALL_MS));
    await remember({ at, isDropped: true });
  }

  if ((await storage.get(CALLS)) === undefined) {
    const at = new Date(Date.now() - EARLIER_MS);
    await appLog.write("INFO", "[app] installed", new Date(at.getTime() - EARLIER_MS));
    await write(at, () => Promise.resolve());
  }

  return {
    appLog,
    callLog,
    calls,
    call: () => write(new Date(), (ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    note(happening) {
      if (happening.kind === "progress") return;
      const level = happening.kind === "trouble" ? "WARN" : "INFO";
      void appLog.write(level, `[phone] ${factsOf(happening)}`).catch(() => {}); // a log that cannot be written is no trouble
    },
  };
}

/** Names and ids alone: a log is no place for an agent's words. */
function factsOf(happening: Happening): string {
  switch (happening.kind) {
    case "pushed":
      return `push ${happening.push.type} request=${happening.push.requestId} by=${happening.road} shown=${happening.isShown}`;
    case "prompted":
      return `prompt request=${happening.request.id}`;
    case "answered":
      return `answered ${happening.answer} request=${happening.result.requestId} state=${happening.result.state}`;
    case "switched":
      return `switch ${happening.name}=${happening.isOn}`;
    case "screen":
      return `screen ${happening.screen}`;
    case "trouble":
      return `trouble ${happening.code ?? ""} ${happening.message}`;
    case "reviewed":
    case "sharing":
    case "putOff":
    case "takenBack":
    case "closed":
      return `${happening.kind} request=${happening.requestId}`;
    case "started":
    case "called":
    case "bigLog":
    case "progress":
      return happening.kind;
  }
}
