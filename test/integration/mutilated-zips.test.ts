import { expect } from "vitest";
import type { AgentUploadBody } from "#contract/agent-uploads.ts";
import { exportZip } from "#test/support/export-zips.ts";
import { EXPORTED, mutilatedZips, type MutilatedZip } from "#test/support/mutilated-zips.ts";
import { sha256Of } from "#test/support/phone.ts";
import { sendForm } from "#test/support/send-form.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest();

/** `npm run fuzz:zips` sends a thousand; the same seed sends the same. */
const ZIPS = Number(process.env["BECKON_FUZZ_ZIPS"] ?? 100);
const SEED = Number(process.env["BECKON_FUZZ_SEED"] ?? 20_261_122);
const AT_ONCE = 4;

/** What the device really exported. */
const GENUINE = Object.entries(EXPORTED)
  .map(([path, content]) => `${path.includes("/") ? path : `app/${path}`} ${sha256Of(Buffer.from(content))}`)
  .toSorted();

/** What is wrong with the answer; undefined where it is as it must be. */
async function judge(world: World, ticketId: string, { zip }: MutilatedZip): Promise<string | undefined> {
  const { status, body } = await sendForm(world.apiUrl, [zip], {
    token: await world.tokenOf("beckon-agents", "alex"),
    contentType: "application/zip",
    path: `/v1/tickets/${ticketId}/files`,
  });
  if (status === 422 || status === 413)
    return (body as { detail?: string }).detail === undefined ? "refused without a word" : undefined;
  if (status !== 201) return `${status}`;
  const { basis, doubt, files } = body as AgentUploadBody;
  if (basis === "agent_upload") {
    const isWhole = files.length === 1 && files[0]?.unproven === true && files[0].sha256 === sha256Of(zip);
    return doubt !== undefined && isWhole ? undefined : "unproven, but not kept as it came";
  }
  // A bit that fell over where it means nothing, such as a time: every name and every byte is what the device exported.
  const said = files.map(({ collector, name, sha256 }) => `${collector}/${name} ${sha256}`).toSorted();
  const isGenuine = said.join("\n") === GENUINE.join("\n") && files.every(({ unproven }) => unproven === undefined);
  return isGenuine ? undefined : "proven, but not what was exported";
}

test(
  `${ZIPS} mutilated zips (seed ${SEED}) are each refused in plain words, kept whole and unproven, or what they were`,
  { timeout: 60_000 + ZIPS * 500 },
  async ({ world }) => {
    const ticket = await world.agent.openTicket();
    const zips = await mutilatedZips(SEED, ZIPS);
    const wrong: string[] = [];
    for (let from = 0; from < zips.length; from += AT_ONCE) {
      await Promise.all(
        zips.slice(from, from + AT_ONCE).map(async (zip, n) => {
          const said = await judge(world, ticket.id, zip).catch((error: unknown) => String(error));
          if (said !== undefined) wrong.push(`zip ${from + n}, ${zip.what}: ${said}`);
        }),
      );
    }
    expect(wrong).toEqual([]);
    // Nothing is left but what stands on the ticket.
    const { files } = await world.agent.ticket(ticket.id);
    expect(files.length).toBeGreaterThan(ZIPS / 10);
    await world.until(() => world.blobs(), { ingest: [], evidence: files.map(({ id }) => id).toSorted() });
    expect(await world.sql("select count(*)::int as uploads from agent_upload")).toEqual([
      { uploads: new Set(files.map(({ agentUploadId }) => agentUploadId)).size },
    ]);
    expect(world.lines.filter((line) => line.startsWith("error"))).toEqual([]);
    // And the API is as it was.
    expect(await judge(world, ticket.id, { what: "", zip: await exportZip(EXPORTED) })).toBeUndefined();
  },
);
