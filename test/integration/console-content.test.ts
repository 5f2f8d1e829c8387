import { describe, expect } from "vitest";
import type { ProblemBody } from "#test/support/api-calls.ts";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest();

const LINES = Array.from({ length: 3_000 }, (_, n) => `2026-11-22T09:30:00Z INFO line ${n} – grün\n`).join("");
const SIZE = Buffer.byteLength(LINES);

async function linked(world: World, name: string, content: string) {
  const { phone, request } = await world.asked();
  const [fileId = ""] = await phone.shareAndUpload(request.id, [freezeLog(name, content)]);
  await world.until(() => world.stateOf(request), "linked");
  return { phone, request, fileId, path: `/v1/files/${fileId}/content` };
}

const readAs = async (world: World, person: string, path: string, headers: Record<string, string> = {}) =>
  world.as(person).send("GET", path, { headers });

const readings = (world: World, fileId: string) =>
  world.sql(
    "select actor_id as who from audit_event where type = 'file.read' and file_id = $1::uuid order by sequence",
    [fileId],
  );

describe("a log that is text", () => {
  test("is read whole, as text and nothing else, whatever it holds", async ({ world }) => {
    const page = "<script>alert(1)</script>\n";
    const { path } = await linked(world, "app.html", page);
    const answer = await readAs(world, "alex", path);
    expect([answer.status, answer.text]).toEqual([200, page]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "content-length": String(page.length),
      "x-content-type-options": "nosniff",
      "accept-ranges": "bytes",
      "cache-control": "private, no-store",
    });
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("is read part by part, and the parts are the whole", async ({ world }) => {
    const { path } = await linked(world, "app.log", LINES);
    const parts: string[] = [];
    for (let from = 0; from < SIZE; from += 40_000) {
      const answer = await fetch(new URL(path, world.apiUrl), {
        headers: {
          authorization: `Bearer ${await world.tokenOf("beckon-agents", "alex")}`,
          range: `bytes=${from}-${from + 39_999}`,
        },
      });
      expect(answer.status).toBe(206);
      expect(answer.headers.get("content-range")).toBe(`bytes ${from}-${Math.min(from + 39_999, SIZE - 1)}/${SIZE}`);
      parts.push(Buffer.from(await answer.arrayBuffer()).toString("latin1"));
    }
    expect(Buffer.from(parts.join(""), "latin1").toString("utf8")).toBe(LINES);

    const tail = await readAs(world, "alex", path, { range: "bytes=-7" });
    expect([tail.status, tail.text]).toEqual([206, LINES.slice(-6)]);
    const rest = await readAs(world, "alex", path, { range: `bytes=${SIZE - 7}-` });
    expect(rest.text).toBe(LINES.slice(-6));
  });

  test("says what it cannot give, and gives the whole where the range is none", async ({ world }) => {
    const { path } = await linked(world, "app.log", "0123456789");
    const beyond = await readAs(world, "alex", path, { range: "bytes=10-" });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get("content-range")).toBe("bytes */10");
    expect((beyond.body as ProblemBody).error.code).toBe("range_not_satisfiable");
    for (const range of ["lines=1-2", "bytes=5-2", "bytes=-", "bytes=0-1,4-5"])
      expect(await readAs(world, "alex", path, { range })).toMatchObject({ status: 200, text: "0123456789" });
    const other = await readAs(world, "alex", path, { range: "bytes=0-1", "if-range": '"another"' });
    expect(other.status).toBe(200);
  });

  test("may be empty", async ({ world }) => {
    const { path } = await linked(world, "empty.log", "");
    expect(await readAs(world, "alex", path)).toMatchObject({ status: 200, text: "" });
    expect((await readAs(world, "alex", path, { range: "bytes=0-9" })).status).toBe(416);
  });

  test("is noted as read once a person, however many parts they scroll through, and its user is told", async ({
    world,
  }) => {
    const { phone, request, path, fileId } = await linked(world, "app.log", LINES);
    for (const from of [0, 10_000, 20_000, 30_000])
      await readAs(world, "alex", path, { range: `bytes=${from}-${from + 9_999}` });
    await readAs(world, "otto", path, { range: "bytes=0-99" });
    expect(await readings(world, fileId)).toEqual([{ who: "alex" }, { who: "otto" }]);
    const told = (await world.agent.timeline(request.ticketId)).filter(({ type }) => type === "file.read");
    expect(told.map(({ actor }) => actor.id)).toEqual(["alex", "otto"]);

    // Ten minutes later it is another reading.
    await world.sql(
      "update audit_event set at = at - interval '11 minutes' where type = 'file.read' and file_id = $1::uuid",
      [fileId],
    );
    const another = await world.startApi();
    const authorization = `Bearer ${await world.tokenOf("beckon-agents", "alex")}`;
    await fetch(new URL(path, another.url), { headers: { authorization } });
    expect(await readings(world, fileId)).toHaveLength(3);

    const { downloadedBefore } = await phone.withdraw(request.id);
    expect(downloadedBefore.map(({ agentId }) => agentId)).toContain("otto");
    const gone = await readAs(world, "alex", path);
    expect([gone.status, (gone.body as ProblemBody).error.code]).toEqual([410, "file_gone"]);
  });
});

describe("what cannot be shown", () => {
  test.for([
    { what: "binary", name: "trace.bin", content: "PK\u0003\u0004\u0000\u0000binary" },
    { what: "encrypted by the calling SDK", name: "acs-call.blog", content: "it may well look like text" },
  ])("says what is known of a file that is $what, and is not noted as read", async ({ name, content }, { world }) => {
    const { path, fileId } = await linked(world, name, content);
    const { status, body } = await readAs(world, "alex", path);
    expect(status).toBe(415);
    expect(body).toMatchObject({
      error: { code: "not_text" },
      fileName: name,
      sizeBytes: Buffer.byteLength(content),
      sha256: freezeLog(name, content).announced.sha256,
      modifiedAt: "2026-11-22T09:30:00.000Z",
      coverage: "unknown",
    });
    expect(await readings(world, fileId)).toEqual([]);
  });

  test("a file that is not linked yet is not read, and one that is not there is not found", async ({ world }) => {
    const { phone, request } = await world.asked();
    const { files } = await phone.share(request.id, [freezeLog("app.log", "announced, never uploaded")]);
    const early = await readAs(world, "alex", `/v1/files/${files[0]?.id}/content`);
    expect([early.status, (early.body as ProblemBody).error.code]).toEqual([409, "conflict"]);
    for (const id of [request.id, "nonsense"])
      expect((await readAs(world, "alex", `/v1/files/${id}/content`)).status).toBe(404);
    expect((await world.call("GET", `/v1/files/${files[0]?.id}/content`)).status).toBe(401);
  });

  test("evidence that somebody replaced behind our back is not passed off as what was verified", async ({ world }) => {
    const { request, fileId, path } = await linked(world, "app.log", "what was verified");
    await world.putBlob(world.containers.evidence, `${request.id}/${fileId}`, "what was put there");
    const { status, text } = await readAs(world, "alex", path);
    expect(status).toBe(410);
    expect(text).not.toContain("put there");
  });
});
