import type { Ticket } from "#console/api/shapes.ts";
import type { Tone } from "#console/parts/state-words.tsx";

export const TICKET_TONES: Readonly<Record<Ticket["state"], Tone>> = {
  open: "brand",
  solved: "success",
  closed: "subtle",
};
