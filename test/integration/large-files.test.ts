import { expect } from "vitest";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest } from "#test/support/world.ts";

const LARGE = freezeLog("large.log", "x".repeat(2_000));
const SMALL = freezeLog("small.log", "of few bytes");

const test = worldTest({ settings: { BLOB_BLOCKS_OVER_BYTES: "1000" } });

test("where the operator wants blocks, only a file over the threshold gets a link for blocks, uploads in parts and is linked; readyz says what such links can do", async ({
  world,
}) => {
  const { phone, request } = await world.asked();
  const { links } = await phone.share(request.id, [LARGE, SMALL]);
  expect(links.map(({ upload }) => upload)).toEqual(["blocks", "single"]);
  const [large, small] = links;
  if (!large || !small) throw new Error("two links");
  await phone.upload(small, SMALL.bytes);
  const ids = ["0001", "0002"].map((id) => Buffer.from(id).toString("base64"));
  for (const [index, id] of ids.entries()) {
    const part = LARGE.bytes.slice(index * 1_000, (index + 1) * 1_000);
    const put = await fetch(`${large.url}&comp=block&blockid=${encodeURIComponent(id)}`, {
      method: "PUT",
      body: part,
    });
    expect(put.status).toBe(201);
  }
  const list = `<?xml version="1.0"?><BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join("")}</BlockList>`;
  const commit = await fetch(`${large.url}&comp=blocklist`, { method: "PUT", headers: large.headers, body: list });
  expect(commit.status).toBe(201);
  await phone.complete(
    request.id,
    links.map(({ fileId }) => fileId),
  );
  await world.until(
    async () => (await world.agent.request(request.id)).fileCounts,
    expect.objectContaining({ linked: 2 }),
  );
  expect((await world.call("GET", "/readyz")).body).toMatchObject({
    parts: { blobs: { state: "ok", detail: expect.stringMatching(/links for blocks can overwrite/) } },
  });
});
