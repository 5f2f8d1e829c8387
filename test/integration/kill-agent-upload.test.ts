import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { createStore } from "#adapters/postgres/create-store.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { createBlobs } from "#app/compose.ts";
import type { AgentUploadBody } from "#contract/agent-uploads.ts";
import { setsSomethingGoing } from "#flow/pipeline.ts";
import { removeStrayBlobs } from "#flow/retention/remove-stray-blobs.ts";
import { exportZip } from "#test/support/export-zips.ts";
import { sendForm } from "#test/support/send-form.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

test.for([
  ["agent-upload:after-write", false],
  ["agent-upload:after-unpack:2", false],
  ["agent-upload:after-stored", false],
  ["agent-upload:after-commit", true],
] as const)(
  "an API that dies at %s leaves one upload or none, and the agent who sends again has one",
  async ([point, stands], { world }) => {
    const ticket = await world.agent.openTicket();
    const doomed = world.startDoomed("api", point);
    const url = await doomed.url();
    const token = await world.tokenOf("beckon-agents", "alex");
    const zip = await exportZip({ "a.log": "of a", "b.log": "of b", "c.log": "of c" });
    const path = `/v1/tickets/${ticket.id}/files`;
    const call = { token, contentType: "application/zip", path, headers: { "idempotency-key": randomUUID() } };
    await expect(sendForm(url, [zip], call)).rejects.toThrow(/socket|ECONN/);
    await doomed.killed();
    const rows = () => world.sql("select id::text from agent_upload where ticket_id = $1", [ticket.id]);
    expect(await rows()).toHaveLength(stands ? 1 : 0);

    // The lease of a dead process ends by itself; here its end is brought nearer.
    await world.sql(
      "update idempotency_key set lease_until = now() - interval '1 second' where lease_until is not null",
    );
    const again = await sendForm(world.apiUrl, [zip], call);
    expect(again.status).toBe(201);
    const { id, files } = again.body as AgentUploadBody;
    expect(await rows()).toEqual([{ id }]);
    expect((await world.agent.ticket(ticket.id)).files.map((file) => file.id).toSorted()).toEqual(
      files.map((file) => file.id).toSorted(),
    );

    // What the dead one had stored belongs to nothing, and the sweep removes it.
    const log = { warn: () => undefined, info: () => undefined, error: () => undefined };
    const postgres = await createStore({ databaseUrl: world.databaseUrl, needsRelay: setsSomethingGoing, ids: uuidV7 });
    const blobs = createBlobs(world.settings, postgres.clock, log);
    const place = { place: undefined, onPlace: () => undefined };
    await removeStrayBlobs({ ...postgres, blobs, strayAfterSeconds: -60 }, AbortSignal.timeout(20_000), place);
    await postgres.close();
    const kept = await world.sql<{ id: string }>("select id::text from log_file where state = 'linked'");
    expect(await world.blobs()).toEqual({ ingest: [], evidence: kept.map((file) => file.id).toSorted() });
  },
);
