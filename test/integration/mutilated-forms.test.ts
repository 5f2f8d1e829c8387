import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "vitest";
import { mutilatedForms, type Mutilated } from "#test/support/mutilated-forms.ts";
import { sendForm } from "#test/support/send-form.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest({ worker: false });

/** `npm run fuzz:multipart` sends a thousand; the same seed sends the same. */
const BODIES = Number(process.env["BECKON_FUZZ_BODIES"] ?? 66);
const SEED = Number(process.env["BECKON_FUZZ_SEED"] ?? 20_261_122);
const AT_ONCE = 4;
const MIB = 1024 ** 2;

function liveBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function* pieces({ body, cuts }: Mutilated): Generator<Uint8Array> {
  let from = 0;
  for (const to of [...cuts, body.length]) {
    if (to > from) yield body.subarray(from, to);
    from = to;
  }
}

test(
  `${BODIES} bodies that are no forms (seed ${SEED}) are each refused in plain words, and leave nothing`,
  { timeout: 60_000 + BODIES * 200 },
  async ({ world }) => {
    const token = await world.tokenOf("beckon-devices", "fuzzer");
    const send = (form: Mutilated, n: number) =>
      sendForm(world.apiUrl, pieces(form), {
        token,
        contentType: form.contentType,
        ...(form.headers && { headers: form.headers }),
        ...(n % 2 === 0 && { lengthBytes: form.body.length }),
      });
    const wrong: string[] = [];
    const forms = mutilatedForms(SEED, BODIES);
    let sent = 0;
    let before = 0;
    for (let some = [...nextOf(forms)]; some.length > 0; some = [...nextOf(forms)]) {
      await Promise.all(
        some.map(async (form) => {
          const n = sent++;
          const said = await send(form, n).then(
            ({ status, body }) => ({ status, detail: (body as { detail?: string } | undefined)?.detail }),
            (error: unknown) => ({ status: 0, detail: String(error) }),
          );
          if (said.status < 400 || said.status > 499 || said.detail === undefined)
            wrong.push(`body ${n}, ${form.what}: ${JSON.stringify(said)}`);
        }),
      );
      if (sent <= AT_ONCE * 10) before = liveBytes();
    }
    expect(sent).toBe(BODIES);
    expect(wrong).toEqual([]);
    expect(await world.blobs()).toEqual({ ingest: [], evidence: [] });
    expect(await world.sql("select from ticket")).toEqual([]);
    expect(await world.sql("select from report")).toEqual([]);
    expect(world.lines.filter((line) => line.startsWith("error"))).toEqual([]);
    expect((liveBytes() - before) / MIB).toBeLessThan(24);
    // And the API is as it was.
    const good = await sendForm(
      world.apiUrl,
      [Buffer.from("--b\r\nContent-Disposition: form-data; name=text\r\n\r\nhi\r\n--b--\r\n")],
      {
        token,
        contentType: "multipart/form-data; boundary=b",
      },
    );
    expect(good.status).toBe(201);
  },
);

function* nextOf(forms: Generator<Mutilated>): Generator<Mutilated> {
  for (let n = 0; n < AT_ONCE; n += 1) {
    const next = forms.next();
    if (next.done === true) return;
    yield next.value;
  }
}
