import { readFile } from "node:fs/promises";
import { HubError } from "#emulator/hub/hub-error.ts";
import type { Reply } from "#emulator/wire/reply.ts";
import type { ControlCall } from "./control-plane.ts";

/** The files of the page: nothing else is served from the disk. */
const FILES: Readonly<Record<string, readonly [file: URL, type: string]>> = {
  "": [new URL("./page/page.html", import.meta.url), "text/html; charset=utf-8"],
  "page.js": [new URL("./page/page.js", import.meta.url), "text/javascript; charset=utf-8"],
  "page.css": [new URL("./page/page.css", import.meta.url), "text/css; charset=utf-8"],
};

/** `GET /$emulator/` and the two files that it loads. */
export async function controlPage({ path }: ControlCall): Promise<Reply> {
  const name = path.slice(1);
  // Relative links of the page need the last slash.
  if (path === "") return { status: 308, headers: { Location: "/$emulator/" } };
  const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (!file) throw new HubError(404, `There is no page '${name}'`);
  return {
    status: 200,
    headers: {
      "Content-Type": file[1],
      "Content-Security-Policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'",
      "X-Content-Type-Options": "nosniff",
    },
    body: await readFile(file[0], "utf8"),
  };
}
