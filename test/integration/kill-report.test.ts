import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { createStore } from "#adapters/postgres/create-store.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { setsSomethingGoing } from "#flow/pipeline.ts";
import { removeStrayBlobs } from "#flow/retention/remove-stray-blobs.ts";
import { createBlobs } from "#app/compose.ts";
import { writeForm } from "#test/support/form-bodies.ts";
import { sendForm } from "#test/support/send-form.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

test.for([
  ["report:after-write", false],
  ["report:after-stored", false],
  ["report:after-commit", true],
] as const)(
  "an API that dies at %s leaves one ticket or none, and the app that sends again has one",
  async ([point, stands], { world }) => {
    const doomed = world.startDoomed("api", point);
    const url = await doomed.url();
    const userId = `user-${point.replace(":", "-")}`;
    const token = await world.tokenOf("beckon-devices", userId);
    const form = writeForm("OkHttp 4", [
      { name: "files", fileName: "a.log", content: "of a.log" },
      { name: "text", content: "It froze" },
    ]);
    const headers = { "idempotency-key": randomUUID() };
    const call = { token, contentType: form.contentType, headers };
    await expect(sendForm(url, [form.body], call)).rejects.toThrow(/socket|ECONN/);
    await doomed.killed();
    const rows = () => world.sql("select from report where user_id = $1", [userId]);
    expect(await rows()).toHaveLength(stands ? 1 : 0);

    // The lease of a dead process ends by itself; here its end is brought nearer.
    await world.sql(
      "update idempotency_key set lease_until = now() - interval '1 second' where lease_until is not null",
    );
    const again = await sendForm(world.apiUrl, [form.body], call);
    expect(again.status).toBe(201);
    expect(await rows()).toHaveLength(1);
    const { reportId, files } = again.body as { reportId: string; files: { id: string }[] };
    await world.until(() => world.blobs({ id: reportId }), { ingest: [], evidence: files.map(({ id }) => id) });

    // What the dead one had stored belongs to nothing, and the sweep removes it.
    const log = { warn: () => undefined, info: () => undefined, error: () => undefined };
    const postgres = await createStore({ databaseUrl: world.databaseUrl, needsRelay: setsSomethingGoing, ids: uuidV7 });
    const blobs = createBlobs(world.settings, postgres.clock, log);
    const place = { place: undefined, onPlace: () => undefined };
    const signal = AbortSignal.timeout(20_000);
    await removeStrayBlobs({ ...postgres, blobs, strayAfterSeconds: -60 }, signal, place);
    await postgres.close();
    const kept = await world.sql<{ id: string }>("select id::text from log_file where state = 'linked'");
    expect(await world.blobs()).toEqual({ ingest: [], evidence: kept.map(({ id }) => id).toSorted() });
  },
);
