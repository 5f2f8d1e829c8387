import type { z } from "zod";
import type { Agent } from "#domain/agent.ts";
import type { agent } from "./agents.ts";
import { formatTime } from "./primitives.ts";

export function renderAgent({ id, name, roles, seenAt }: Agent): z.output<typeof agent> {
  return { id, ...(name === undefined ? {} : { name }), roles: [...roles], seenAt: formatTime(seenAt) };
}
