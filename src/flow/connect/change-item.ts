import type { TicketConnection } from "#domain/ticket-connection.ts";
import type { ItemChange, OutsideItem } from "#ports/ticket-connector.ts";
import { done, Refused, type Attempt } from "./attempt.ts";
import type { Connected } from "./connect-deps.ts";

/** Somebody at the item all the time is seldom; a process there that answers each of our changes with one is not. */
const ROUNDS = 5;

/** Leads to the fact on the ticket, and tells its comment from all others. */
export function commentUrl({ publicUrl }: Pick<Connected, "publicUrl">, ticketId: string, cursor: string): string {
  return publicUrl.to(`/tickets/${ticketId}#${cursor}`);
}

/**
 * Changes the item as `decide` says of what stands on it now; again when somebody else changed it in between. A change is
 * written for one version of the item, so that it lands once; whether one landed whose answer was lost is read from the item.
 *
 * @param until how far the change tells what happened; a cursor of the timeline
 * @throws Refused
 */
export async function changeItem(
  attempt: Attempt,
  given: OutsideItem,
  deps: Connected,
  decide: (item: OutsideItem, connection: TicketConnection) => ItemChange | undefined,
  until?: string,
): Promise<OutsideItem> {
  const { connector, failpoint } = deps;
  let item = given;
  for (let round = 1; round <= ROUNDS; round += 1) {
    await resolveDoubt(attempt, item, deps);
    const change = decide(item, attempt.connection());
    if (!change) return item;
    const { version } = item;
    await attempt.note((connection) => ({
      ...settled(connection),
      changingVersion: version,
      ...(until === undefined ? {} : { tellingUntil: until }),
    }));
    await attempt.keep();
    const answer = await connector.changeItem(item, change, attempt.signal);
    if (answer.kind === "changed") {
      item = done(await connector.readItem(item.id, attempt.signal));
      continue;
    }
    // It was not done, and is known not to have been: there is no doubt to resolve.
    if (answer.kind === "never" || answer.kind === "operator") await attempt.note(settled);
    const changed = done(answer);
    await failpoint?.("connect:after-change");
    await attempt.note((connection) => ({
      ...settled(connection),
      ...(until === undefined ? {} : { toldUntil: until }),
    }));
    return changed;
  }
  throw new Refused({ kind: "later", reason: "Others change the item again and again." });
}

/** A change whose answer was never recorded: what it told is not told again, if it landed. */
export async function resolveDoubt(
  attempt: Attempt,
  item: OutsideItem,
  { connector, publicUrl }: Pick<Connected, "connector" | "publicUrl">,
): Promise<void> {
  const { ticketId, changingVersion, tellingUntil } = attempt.connection();
  if (changingVersion === undefined) return;
  // A change tests the version that it was written for: it made the next one, or none.
  const hasLanded =
    item.version > changingVersion &&
    tellingUntil !== undefined &&
    done(
      await connector.hasTold(
        item.id,
        changingVersion + 1,
        commentUrl({ publicUrl }, ticketId, tellingUntil),
        attempt.signal,
      ),
    );
  await attempt.note((connection) => ({
    ...settled(connection),
    ...(hasLanded && tellingUntil !== undefined ? { toldUntil: tellingUntil } : {}),
  }));
}

function settled(connection: TicketConnection): TicketConnection {
  const { changingVersion: _version, tellingUntil: _until, ...rest } = connection;
  return rest;
}
