import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished } from "vitest";
import { sha256Of } from "#test/support/phone.ts";
import { FORM_PATH } from "#test/support/send-form.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

test("a form that curl -F writes is taken as it comes, with files of any name", async ({ world }) => {
  const phone = world.pickUp({ userId: "curl-user" });
  const folder = await mkdtemp(join(tmpdir(), "beckon-curl-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = ["Anruf „ß“ 💥.blog", "app.log"].map((name) => ({ name, content: randomBytes(300_000) }));
  for (const { name, content } of files) await writeFile(join(folder, name), content);
  const { stdout } = await promisify(execFile)(
    "curl",
    [
      "--silent",
      "--show-error",
      "--header",
      `Authorization: Bearer ${await world.tokenOf("beckon-devices", phone.userId)}`,

      ...files.flatMap(({ name }) => ["--form", `app=@${name}`]),
      "--form",
      "text=Nobody hears me",
      "--form",
      `callIds=${randomUUID()}`,
      world.apiUrl + FORM_PATH,
    ],
    { cwd: folder },
  );
  expect(JSON.parse(stdout)).toMatchObject({
    state: "linked",
    files: files.map(({ name, content }) => ({
      name: name.normalize("NFC"),
      sha256: sha256Of(content),
      state: "linked",
    })),
  });
});
