import type { Me } from "#console/api/shapes.ts";

/** Auditors read. The server decides; the console only leaves out what would be refused. */
export function mayWrite(me: Pick<Me, "roles">): boolean {
  return me.roles.some((role) => role !== "auditor");
}

export function maySupervise(me: Me): boolean {
  return me.roles.some((role) => role !== "agent");
}

export function mayLead(me: Me): boolean {
  return me.roles.some((role) => role === "lead" || role === "admin");
}
