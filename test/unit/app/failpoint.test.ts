import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createFailpoint } from "#app/failpoint.ts";

const MODULE = fileURLToPath(import.meta.resolve("#app/failpoint.ts"));

test("a failpoint kills its process at the hit it names, and says so first", () => {
  const script = `
    const { createFailpoint } = await import(${JSON.stringify(MODULE)});
    const failpoint = createFailpoint({ point: "push:after-hub:2", production: false });
    for (const name of ["push:after-hub", "relay:after-enqueue", "push:after-hub"]) {
      process.stdout.write(name + "\\n");
      failpoint(name);
    }
    process.stdout.write("survived\\n");`;
  const { signal, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  expect({ signal, stdout, stderr }).toEqual({
    signal: "SIGKILL",
    stdout: "push:after-hub\nrelay:after-enqueue\npush:after-hub\n",
    stderr: "failpoint push:after-hub hit\n",
  });
});

test("there is none when none is set, in production it is refused, and a wrong name is no silent success", () => {
  expect(createFailpoint({ point: undefined, production: true })).toBeUndefined();
  expect(() => createFailpoint({ point: "push:after-hub", production: true })).toThrow(
    "refused when NODE_ENV=production",
  );
  expect(() => createFailpoint({ point: "push", production: false })).toThrow("NAME or NAME:NTH");
});
