/** The system's half of an upload in the background: a process of its own. Started by background-uploads.ts. */
import { openAsBlob } from "node:fs";
import { access, appendFile, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const order = JSON.parse(await readFile(process.argv[2] ?? "", "utf8")) as {
  url: string;
  headers: Record<string, string>;
  path: string;
  outcome: string;
  begin: string;
};
// From here on it is the system's, whatever becomes of the app.
await writeFile(join(dirname(order.outcome), "taken"), "");
const mayBegin = () =>
  access(order.begin).then(
    () => true,
    () => false,
  );
// A test that failed never lets it begin: it ends by itself.
for (let left = 1_000; !(await mayBegin()); left--) {
  if (left === 0) process.exit(1);
  await pause(50);
}
await appendFile(`${order.begin}.log`, "PUT\n");
const said = await fetch(order.url, { method: "PUT", headers: order.headers, body: await openAsBlob(order.path) }).then(
  ({ status }) => ({ status }),
  () => ({}),
);
await writeFile(`${order.outcome}.draft`, JSON.stringify(said));
await rename(`${order.outcome}.draft`, order.outcome);
