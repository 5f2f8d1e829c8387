import type { Entry } from "./demo-agent.ts";
import type { Teller } from "./story.ts";

/** A fact as the demo tells it: whose doing it was, and in words. Undefined for what is no part of the story. */
export function describeFact(
  entry: Entry,
  nameOf: (fileId: string) => string,
): { readonly who: Teller; readonly text: string } | undefined {
  const name = entry.fileId === undefined ? "" : nameOf(entry.fileId);
  const detail = (key: string) => {
    const value = entry.data[key];
    return typeof value === "string" ? value : "";
  };
  switch (entry.type) {
    case "ticket.created":
      return { who: "agent", text: "ticket opened" };
    case "request.created":
      return { who: "agent", text: "request for logs saved" };
    case "push.accepted":
      return {
        who: "hub",
        text: detail("kind") === "closed" ? "push taken: other phones may take the prompt down" : "push taken",
      };
    case "push.refused":
      return { who: "hub", text: "push refused for now, or for good: GET the request to see why" };
    case "request.notified":
      return { who: "worker", text: "user notified" };
    case "request.seen":
      return { who: "phone", text: "prompt seen" };
    case "request.snoozed":
      return { who: "phone", text: "put off for later" };
    case "request.askedAgain":
      return { who: "worker", text: "asked again, as the user wished" };
    case "request.consented":
      return { who: "phone", text: "consent recorded" };
    case "request.declined":
      return { who: "phone", text: "declined" };
    case "links.created":
      return { who: "demo", text: "upload links made, for the consented files only" };
    case "file.uploaded":
      return { who: "phone", text: `${name} uploaded` };
    case "request.uploaded":
      return { who: "phone", text: "all files are there" };
    case "file.linked":
      return { who: "worker", text: `${name} verified and linked to the ticket` };
    case "file.refused":
    case "file.missing":
      return { who: "worker", text: `${name} ${entry.type.slice("file.".length)} ${detail("reason")}`.trimEnd() };
    case "request.linked":
      return { who: "worker", text: "request linked: its files are on the ticket" };
    case "request.rejected":
      return { who: "worker", text: `request rejected ${detail("reason")}`.trimEnd() };
    case "file.downloadLinkCreated":
      return { who: "agent", text: `download link of ${name} made, on record` };
    case "file.deleted":
      return { who: "phone", text: `${name} taken back and deleted` };
    case "request.withdrawn":
      return { who: "phone", text: "consent withdrawn" };
    case "request.cancelled":
      return { who: "agent", text: "request cancelled" };
    case "request.expired":
      return { who: "worker", text: "no answer in time" };
    case "request.reminded":
      return { who: "agent", text: "reminded" };
    default:
      return undefined;
  }
}
