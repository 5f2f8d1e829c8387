import { createStore } from "#console/parts/create-store.ts";

/** `live`: the feed is followed. `polling`: it was lost and the lists are asked every 15 s. */
export type Connection = "connecting" | "live" | "polling";

export const connection = createStore<Connection>("connecting");

/** How often the feed was opened: what the server did not answer before may be asked for again. */
export const timesOpened = createStore(0);

export const POLL_MS = 15_000;
