import { relative, sep } from "node:path";
import type { DevUrls } from "./dev-urls.ts";
import { KEY_LINE } from "./keys.ts";

/** How the words are set off: on a terminal bold and dim, elsewhere not at all. */
export interface Emphasis {
  bold(text: string): string;
  dim(text: string): string;
}

const TITLE_WIDTH = 52;

/** What `npm run dev` says when everything runs: a line an address, three steps to try, and the keys where there are any. */
export function renderWelcome({
  title,
  ready,
  urls,
  withKeys,
  emphasis: { bold, dim },
}: {
  title: string;
  /** Such as `ready in 1.6 s`. */
  ready: string;
  urls: DevUrls;
  withKeys: boolean;
  emphasis: Emphasis;
}): string[] {
  const rows: [string, string, string?][] = [
    ["Console", urls.console, "sign in as Alex: no password"],
    ["Phone", urls.phone, "Ann's; ?user=jonas is Jonas's"],
    ["Demo", urls.demo, "both side by side, with “Play it for me”"],
    ["API", urls.api, `docs ${urls.docs}`],
    ["Emulator", urls.emulator, "Notification Hubs; nothing leaves this machine"],
    ["PostgreSQL", urls.postgres],
    ["Blobs", urls.blobs, "Azurite"],
    ...(urls.redis === undefined ? [] : [["Redis", urls.redis] as [string, string]]),
    ["Data", shorten(urls.data), "kept between runs; npm run dev -- --fresh starts over"],
    ["Settings", shorten(urls.settings), "for other commands on these servers"],
  ];
  const nameWidth = 13;
  const valueWidth = Math.max(...rows.filter(([, , note]) => note).map(([, value]) => value.length)) + 3;
  return [
    "",
    `  ${bold(title.padEnd(TITLE_WIDTH))}${ready}`,
    "",
    ...rows.map(([name, value, note]) =>
      note === undefined
        ? `  ${name.padEnd(nameWidth)}${value}`
        : `  ${name.padEnd(nameWidth)}${value.padEnd(valueWidth)}${dim(note)}`,
    ),
    "",
    `  ${bold("Try it")}  1) open Console and Phone   2) press c in Console, choose Ann, Send   3) answer on Phone`,
    ...(withKeys ? ["", `  ${KEY_LINE}`] : []),
    "",
  ];
}

/** As seen from where the person is, if that is not longer. */
function shorten(path: string): string {
  const near = relative(process.cwd(), path);
  return near === "" || near.startsWith(`..${sep}`) || near.length >= path.length ? path : near;
}
