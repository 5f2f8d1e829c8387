import type { DemoRequestDetail, Entry } from "#app/demo/demo-agent.ts";
import { formatBytes } from "#app/demo/story.ts";

/** What the line of an event names beside the fact itself. */
export interface EventContext {
  readonly ticketNumber: number | undefined;
  /** What agents call the user; their id where nobody said. */
  readonly person: string;
  readonly request: DemoRequestDetail | undefined;
}

/** `12:04:31  ticket 12   Ann shared 2 files, 41 kB · 8.2 s after being asked`; undefined for what nobody waits for. */
export function describeEvent(entry: Entry, context: EventContext): string | undefined {
  const words = wordsOf(entry, context);
  if (words === undefined) return undefined;
  const ticket = context.ticketNumber === undefined ? "" : `ticket ${context.ticketNumber}`;
  return `${new Date(entry.at).toTimeString().slice(0, 8)}  ${ticket.padEnd(11)}  ${words}`;
}

function wordsOf(entry: Entry, { person, request }: EventContext): string | undefined {
  const { data, actor } = entry;
  const file = request?.files.find(({ id }) => id === entry.fileId);
  const name = file?.name ?? "a file";
  const agent = capitalise(actor.id);
  const text = (key: string) => (typeof data[key] === "string" ? data[key] : "");
  const number = (key: string) => (typeof data[key] === "number" ? data[key] : 0);
  const because = text("reason") === "" ? "" : ` (${text("reason").replaceAll("_", " ")})`;
  const after = sinceAsked(entry, request);
  switch (entry.type) {
    case "ticket.created":
      return `${agent} opened the ticket`;
    case "request.created":
      return `${agent} asked ${person} for ${request?.collectors.join(", ") ?? "logs"}`;
    case "request.reminded":
      return `${agent} reminded ${person}`;
    case "push.accepted":
      return text("kind") === "closed"
        ? `the hub took the push that takes the prompt down (${text("platform")})`
        : `the hub took the push to ${person} (${text("platform")})${after}`;
    case "push.refused":
      return `the hub refused the push to ${person} (${text("platform")})${because}`;
    case "request.seen":
      return `${person} opened the prompt${after}`;
    case "request.snoozed":
      return `${person} put it off`;
    case "request.askedAgain":
      return `${person} is asked again, as they wished`;
    case "request.consented":
      return `${person} shared ${countFiles(number("files"))}, ${formatBytes(number("bytes"))}${after}`;
    case "request.declined":
      return `${person} declined${after}`;
    case "request.expired":
      return `${person} did not answer in time`;
    case "request.cancelled":
      return `${agent} cancelled the request`;
    case "links.created":
      return `${number("links") === 1 ? "1 upload link was" : `${number("links")} upload links were`} made`;
    case "file.uploaded":
      return `${name} arrived, ${formatBytes(number("sizeBytes"))}`;
    case "file.linked":
      return `${name} is checked and linked${coverageOf(text("coverage"))}`;
    case "file.refused":
      return `${name} was refused${because}`;
    case "file.missing":
      return `${name} is missing${because}`;
    case "file.deleted":
      return `${name} was deleted${because}`;
    case "request.linked":
      return `${countFiles(number("linked"))} of ${person} ${number("linked") === 1 ? "is" : "are"} ready${after}`;
    case "request.rejected":
      return `nothing of ${person}'s answer could be kept${because}`;
    case "request.withdrawn":
      return `${person} took it back`;
    case "file.downloadLinkCreated":
      return `${agent} downloads ${name}`;
    case "file.read":
      return `${agent} reads ${name}`;
    default:
      return undefined;
  }
}

function sinceAsked({ at }: Entry, request: DemoRequestDetail | undefined): string {
  if (!request) return "";
  const seconds = (Date.parse(at) - Date.parse(request.createdAt)) / 1000;
  return ` · ${seconds < 100 ? seconds.toFixed(1) : seconds.toFixed(0)} s after being asked`;
}

function coverageOf(coverage: string): string {
  return coverage === "partly" || coverage === "none" ? `, covers ${coverage} of the asked time` : "";
}

function countFiles(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
