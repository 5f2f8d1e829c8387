import type { IncomingMessage } from "node:http";
import { HubError } from "#emulator/hub/hub-error.ts";

/** The origin of a page, if it comes from this machine; the pages of others shall not read inboxes. */
export function loopbackOrigin(origin: string | undefined): string | undefined {
  if (origin === undefined || !URL.canParse(origin)) return undefined;
  return isLoopbackHost(new URL(origin).hostname) ? origin : undefined;
}

/** Whether a host name (without port) is one of this machine's names for itself. */
export function isLoopbackHost(host: string): boolean {
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "[::1]" ||
    host === "::1" ||
    /^127(\.\d{1,3}){3}$/.test(host)
  );
}

/**
 * Keeps pages of the internet out: browsers send their requests too, even where they may not read the answer.
 *
 * @throws HubError 403 for an Origin that is not on this machine and, on a loopback emulator, for a Host that is a
 *   public name bound to 127.0.0.1.
 */
export function refuseForeignCaller(request: IncomingMessage, loopbackOnly: boolean): void {
  const { origin, host } = request.headers;
  if (origin !== undefined && loopbackOrigin(origin) === undefined)
    throw new HubError(403, `Pages of ${origin} may not use the emulator's control`);
  if (loopbackOnly && host !== undefined && !isLoopbackHost(host.replace(/:\d+$/, "")))
    throw new HubError(403, `The emulator listens on loopback and does not answer to the name ${host}`);
}
