import { createStore } from "#console/parts/create-store.ts";

/** `live`: the feed is followed. `polling`: it was lost and the lists are asked every 15 s. */
export type Connection = "connecting" | "live" | "polling";

export const connection = createStore<Connection>("connecting");

export const POLL_MS = 15_000;
