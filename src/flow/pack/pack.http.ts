import { readPack } from "#contract/packs.ts";
import { Problem } from "#domain/problems.ts";
import { actorOf } from "#http/caller.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { sendStream } from "#http/send-stream.ts";
import { writeZip } from "#http/write-zip.ts";
import type { Log } from "#ports/log.ts";
import { fillPack, type FillPack } from "./fill-pack.ts";

export interface PackRoutes extends FillPack {
  readonly log: Pick<Log, "warn">;
}

/** A pack keeps a connection to the file store and a compressor busy for as long as its reader takes. */
const OF_ONE_AGENT = 3;

/** Serves what a ticket has as one zip, made as it is read. */
export function servePack(kit: HttpKit, deps: PackRoutes): void {
  const { store, clock, log } = deps;
  const underWay = new Map<string, number>();

  kit.serveRaw(readPack, async (request, response, caller) => {
    const params = readPack.params.safeParse(request.params);
    const ticket = params.success ? await store.tickets.find(params.data.ticketId) : undefined;
    if (!ticket) throw new Problem("not_found");
    const actor = actorOf(caller);
    const count = underWay.get(actor.id) ?? 0;
    if (count >= OF_ONE_AGENT)
      throw new Problem("rate_limited", {
        detail: `You have ${count} packs under way. Let one of them end first.`,
        retryAfterSeconds: 10,
      });
    // No name of the user's or the agent's making: it needs no escaping.
    const name = `beckon-ticket-${ticket.number}.zip`;
    const headers = {
      "Content-Type": "application/zip",
      "Content-Disposition": `attachment; filename="${name}"`,
      "Cache-Control": "private, no-store",
    };
    // Express answers HEAD by GET's handler: who only looks reads nothing, and nothing is written down.
    if (request.method === "HEAD") {
      response.status(200).set(headers).end();
      return;
    }
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    underWay.set(actor.id, count + 1);
    try {
      await store.transaction((tx) =>
        tx.append([{ type: "pack.created", at: clock.now(), actor, ticketId: ticket.id }]),
      );
      const zip = writeZip(fillPack(deps, ticket, actor, gone.signal));
      // The first bytes before the first header: what is wrong by then is still told as a problem.
      const first = await zip.next();
      response.status(200).set(headers);
      await sendStream(response, startingWith(first, zip));
    } catch (error) {
      // Nobody hears of it otherwise: the status is out. A reader who left is no error.
      if (response.headersSent) log.warn({ error, ticketId: ticket.id }, "A pack was broken off");
      throw error;
    } finally {
      const left = (underWay.get(actor.id) ?? 1) - 1;
      if (left > 0) underWay.set(actor.id, left);
      else underWay.delete(actor.id);
    }
  });
}

async function* startingWith(
  first: IteratorResult<Uint8Array, void>,
  rest: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
