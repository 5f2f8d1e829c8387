import type {
  FeedEntry,
  HubSend,
  InboxMessage,
  Observation,
  PageCall,
  PhoneHappening,
  SeenRequest,
} from "./observation.ts";
import type { StageTextKey, StageWords } from "./stage-words.ts";

export const STEPS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
export type Step = (typeof STEPS)[number];

type Part = "api" | "database" | "queue" | "worker" | "hub" | "phone" | "blobs" | "console";

/** Lines of one step in the order of what they tell, whatever was seen first; the first word of their ids. */
const ORDER =
  "ticket asked answered relayed sent delivered taken refused pushed fetched frozen seen later answer links put uploaded verified kept live content read downloaded withdrawn deleted gone".split(
    " ",
  );

/** In the order in which they are told. */
export function compareLines(one: Line, other: Line): number {
  const rank = ({ id }: Line) => ORDER.indexOf(id.split(" ")[0] ?? "");
  return rank(one) - rank(other);
}

/** One line under a step: which part just did what. A later line of the same id takes the place of an earlier one. */
export interface Line {
  readonly id: string;
  readonly step: Step;
  readonly part: Part;
  readonly text: string;
}

export interface Story {
  /** What an observation adds to the story of the request that is told; nothing, if it is about another one. */
  take(observation: Observation): readonly Line[];
  /** The request that is told. */
  requestId(): string | undefined;
}

/** The clocks of two processes on one machine may be this far apart in reading, in milliseconds. */
const CLOCK_SLACK_MS = 50;
/** So many observations are kept until the one that they belong to is seen. */
const KEPT = 100;

const PLATFORMS: Readonly<Record<string, string>> = {
  browser: "Web Push",
  fcmv1: "FCM v1",
  apple: "APNs",
  apns: "APNs",
  windows: "WNS",
  wns: "WNS",
};

/**
 * Makes lines of what is seen: facts of the feed, the emulator's own log and inboxes, the phone's own words, and calls that the
 * browser measured.
 *
 * @param user whose request is told: always the newest
 */
export function createStory(user: string, { say, size, day }: StageWords): Story {
  let request: SeenRequest | undefined;
  let ticketLine: Line | undefined;
  let sends: readonly HubSend[] = [];
  let messages: readonly InboxMessage[] = [];
  /** The feed is asked four times a second: what follows from a request is often seen before the request itself. */
  let early: readonly Observation[] = [];

  const line = (
    id: string,
    step: Step,
    part: Part,
    key: StageTextKey,
    values: Record<string, string | number> = {},
  ) => ({
    id,
    step,
    part,
    text: say(key, values),
  });
  const platformOf = (name: string) => PLATFORMS[name] ?? name;

  function takeFeed(entry: FeedEntry, seen: SeenRequest | undefined, heardAt: number): Line[] {
    const isNew = entry.type === "request.created" && seen?.userId === user;
    if (!isNew && (!request || entry.requestId !== request.id)) return [];
    request = seen ?? request;
    const lag = Math.max(0, Math.round(heardAt - Date.parse(entry.at)));
    const live = line("live", 7, "console", "line.live", { ms: lag });
    if (!isNew || !request) return request ? [...linesOf(entry, request), live] : [];
    const { id } = request;
    const before = [
      ticketLine,
      line("asked", 1, "database", "line.asked", { id: `${id.slice(0, 4)}…${id.slice(-6)}` }),
    ];
    const [known, waiting] = [before.filter((each) => each !== undefined), early];
    ticketLine = undefined;
    early = [];
    return [...known, ...takePush(), ...waiting.flatMap((observation) => take(observation)), live];
  }

  function linesOf(entry: FeedEntry, { createdAt, files }: SeenRequest): Line[] {
    const { data } = entry;
    const text = (key: string) => (typeof data[key] === "string" ? data[key] : "");
    const number = (key: string) => (typeof data[key] === "number" ? data[key] : 0);
    const file = files.find(({ id }) => id === entry.fileId);
    const name = file?.name ?? "";
    const bytes = size(file?.sizeBytes ?? 0);
    const agent = capitalise(entry.actor.id);
    const reason = text("reason").replaceAll("_", " ");
    switch (entry.type) {
      case "push.accepted": {
        if (text("kind") === "closed") return [];
        const platform = platformOf(text("platform"));
        return [line(`taken ${platform}`, 2, "database", "line.pushTaken", { platform, attempt: number("attempt") })];
      }
      case "push.refused":
        return [line("refused", 2, "worker", "line.pushRefused", { platform: platformOf(text("platform")), reason })];
      case "request.seen": {
        const seconds = (Date.parse(entry.at) - Date.parse(createdAt)) / 1000;
        return [line("seen", 3, "database", "line.seen", { seconds })];
      }
      case "request.snoozed":
        return [line("later", 4, "database", "line.later")];
      case "request.declined":
        return [line("answer", 4, "database", "line.declined")];
      case "request.consented":
        return [
          line("answer", 4, "database", "line.consented", {
            count: number("files"),
            bytes: size(number("bytes")),
            version: text("textVersion"),
            language: text("locale"),
          }),
        ];
      case "links.created": {
        const minutes = Math.round((number("expiresAt") - Date.parse(entry.at)) / 60_000);
        return [line("links", 4, "api", "line.links", { count: number("links"), minutes })];
      }
      case "file.uploaded":
        return [line(`uploaded ${name}`, 5, "database", "line.uploaded", { name, bytes })];
      case "file.linked":
        return [
          line(`verified ${name}`, 6, "worker", "line.verified", { name, bytes, sha: file?.sha256.slice(0, 8) ?? "" }),
        ];
      case "file.refused":
      case "file.missing":
        return [line(`verified ${name}`, 6, "worker", "line.refused", { name, reason })];
      case "request.linked": {
        const until = files.find(({ deleteAfter }) => deleteAfter !== undefined)?.deleteAfter;
        return until === undefined ? [] : [line("kept", 6, "database", "line.kept", { day: day(new Date(until)) })];
      }
      case "file.read":
        return [line(`read ${name}`, 7, "database", "line.read", { name, agent })];
      case "file.downloadLinkCreated":
        return [line(`downloaded ${name}`, 7, "database", "line.downloaded", { name, agent })];
      case "file.deleted":
        return [line(`deleted ${name}`, 8, "database", "line.deleted", { name })];
      case "request.withdrawn":
        return [line("withdrawn", 8, "database", "line.withdrawn")];
      case "request.cancelled":
      case "request.expired":
      case "request.rejected":
        return [line("answer", 4, "database", "line.closed", { state: entry.type.slice("request.".length) })];
      default:
        return [];
    }
  }

  /** The message says whose it is, the send beside it in time how it was sent. */
  function takePush(): Line[] {
    const { id = "", createdAt = "" } = request ?? {};
    const ours = messages.filter(({ body }) => id !== "" && body.includes(id) && !body.includes("log-request-closed"));
    return ours.flatMap((message) => {
      const receivedAt = Date.parse(message.receivedAt);
      const send = sends.find(({ at, durationMs }) => {
        const from = Date.parse(at);
        return receivedAt >= from - CLOCK_SLACK_MS && receivedAt <= from + durationMs + CLOCK_SLACK_MS;
      });
      const platform = platformOf(message.platform);
      const bytes = size(new TextEncoder().encode(message.body).length);
      const delivered = line(`delivered ${platform}`, 2, "hub", "line.delivered", { bytes, platform });
      if (!send) return [delivered];
      const ms = Math.max(0, Date.parse(send.at) - Date.parse(createdAt));
      const sent = { status: send.status, ms: Math.round(send.durationMs * 10) / 10 };
      return [
        line("relayed", 2, "queue", "line.relayed", { ms }),
        line(`sent ${platform}`, 2, "worker", "line.sent", sent),
        delivered,
      ];
    });
  }

  function takePhone({ kind, road, requestId, push }: PhoneHappening): Line[] {
    if (!request) return [];
    if (kind === "pushed" && push?.requestId === request.id && push.type === "beckon.log-request") {
      return [line("pushed", 3, "phone", road === "worker" ? "line.pushed.worker" : "line.pushed.stream")];
    }
    if (kind === "reviewed" && requestId === request.id) return [line("frozen", 3, "phone", "line.frozen")];
    return [];
  }

  function takeCall(call: PageCall): Line[] {
    const { page, status, bytes, endedAt } = call;
    if (!request || endedAt < Date.parse(request.createdAt) - CLOCK_SLACK_MS) return [];
    const ms = Math.round(call.ms);
    const url = new URL(call.url);
    if (page === "console" && status === 202 && /^\/v1\/tickets\/[^/]+\/log-requests$/.test(url.pathname)) {
      return [line("answered", 1, "api", "line.answered", { status, ms })];
    }
    if (page === "phone" && url.pathname.startsWith("/v1/me/log-requests") && !/[:]/.test(url.pathname)) {
      return [line("fetched", 3, "phone", "line.fetched", { ms })];
    }
    const rights = url.searchParams.get("sp");
    if (page === "phone" && rights !== null) {
      const words = rights === "c" ? say("line.put.create") : rights;
      return [line(`put ${url.pathname}`, 5, "blobs", "line.put", { ms, rights: words })];
    }
    if (page === "console" && /^\/v1\/files\/[^/]+\/content$/.test(url.pathname)) {
      return [line("content", 7, "api", "line.content", { ms, bytes: size(bytes) })];
    }
    return [];
  }

  function take(observation: Observation): Line[] {
    switch (observation.from) {
      case "feed":
        return takeFeed(observation.entry, observation.request, observation.heardAt);
      case "hub":
        if (observation.send.operation !== "sendNotification") return [];
        sends = [...sends, observation.send].slice(-KEPT);
        return takePush();
      case "inbox":
        messages = [...messages, observation.message].slice(-KEPT);
        return takePush();
      case "phone":
        return takePhone(observation.happening);
      case "call":
        return takeCall(observation.call);
      case "probe": {
        const { probe } = observation;
        if (probe.kind === "gone") return [line(`gone ${probe.name}`, 8, "api", "line.gone", { ...probe })];
        const { number, status, ms } = probe;
        ticketLine = line("ticket", 1, "api", "line.ticket", { ticket: number, status, ms: Math.round(ms) });
        return [ticketLine];
      }
    }
  }

  return {
    take(observation) {
      const lines = take(observation);
      if (lines.length === 0 && (observation.from === "phone" || observation.from === "call")) {
        early = [...early, observation].slice(-KEPT);
      }
      return lines;
    },
    requestId: () => request?.id,
  };
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
