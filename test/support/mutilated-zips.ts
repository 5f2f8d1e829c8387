import { Buffer } from "node:buffer";
import { exportZip, forge, manifestOf, zipOf, type Contents } from "./export-zips.ts";
import { seeded } from "./seeded.ts";

/** A zip that something happened to, and what. */
export interface MutilatedZip {
  readonly what: string;
  readonly zip: Buffer;
}

/** What the device had exported before. */
export const EXPORTED: Contents = {
  "a.log": "ICE failed\n".repeat(40),
  "media/b.log": "no sound\n".repeat(300),
  "empty.log": "",
};

const BAD_PATHS = [
  "../../etc/passwd",
  "/etc/passwd",
  "C:\\Windows\\system.ini",
  "a\0.log",
  "log\u202efdp.exe",
  "a//b/../../c",
  "",
  "x".repeat(1_001),
];

/**
 * So many zips that were an export once, or never were one, the same for the same seed: cut, stretched, with bits that fell over, with
 * parts in another order, with manifests that lie and paths that lead elsewhere.
 */
export async function mutilatedZips(seed: number, count: number): Promise<MutilatedZip[]> {
  const chance = seeded(seed);
  const below = (limit: number) => Math.floor(chance() * limit);
  const oneOf = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const noise = (length: number) => Buffer.from(Array.from({ length }, () => below(256)));
  const originals = [await exportZip(EXPORTED), await exportZip(EXPORTED, { deflate: false })];
  const good = () => Buffer.from(oneOf(originals));
  const paths = ["manifest.json", "app/a.log", "media/b.log"];

  const ways: Readonly<Record<string, () => Buffer | Promise<Buffer>>> = {
    "cut at its end": () => good().subarray(0, below(originals[0]?.length ?? 0)),
    "cut at its beginning": () => good().subarray(1 + below(200)),
    "a hole in it": () => {
      const zip = good();
      const at = below(zip.length - 2);
      return Buffer.concat([zip.subarray(0, at), zip.subarray(at + 1 + below(zip.length - at - 1))]);
    },
    "something put in": () => {
      const zip = good();
      const at = below(zip.length);
      return Buffer.concat([zip.subarray(0, at), noise(1 + below(300)), zip.subarray(at)]);
    },
    "a bit that fell over": () => {
      const zip = good();
      const at = below(zip.length);
      zip[at] = (zip[at] ?? 0) ^ (1 << below(8));
      return zip;
    },
    "many bytes that are others": () => {
      const zip = good();
      for (let n = 0; n < 20; n += 1) zip[below(zip.length)] = below(256);
      return zip;
    },
    "a directory of noise": () => {
      const zip = good();
      return Buffer.concat([zip.subarray(0, zip.indexOf("PK\u0001\u0002")), noise(200), zip.subarray(-22)]);
    },
    "numbers of the directory's end that are others": () => {
      const zip = good();
      zip.writeUInt32LE(below(2 ** 32), zip.length - 22 + oneOf([8, 12, 16]));
      return zip;
    },
    "the directory of the other one": () => {
      const [one = Buffer.alloc(0), other = Buffer.alloc(0)] = originals;
      return Buffer.concat([
        one.subarray(0, one.indexOf("PK\u0001\u0002")),
        other.subarray(other.indexOf("PK\u0001\u0002")),
      ]);
    },
    "two in one": () => Buffer.concat([good(), good()]),
    "an encrypted entry": () => forge(good(), oneOf(paths), "encrypted"),
    "a wrong check": () => forge(good(), oneOf(paths), "check"),
    "a size that is a lie": () => forge(good(), oneOf(paths), "two bytes"),
    "a path that leads elsewhere": () =>
      zipOf([
        ["manifest.json", manifestOf([])],
        [oneOf(BAD_PATHS), "hi"],
      ]),
    "one path twice": () =>
      zipOf([
        ["a.log", "hi"],
        ["a.log", "ho"],
      ]),
    "a manifest that lies": () =>
      zipOf([
        ["manifest.json", manifestOf([{ path: "a.log", sizeBytes: below(4), sha256: noise(32).toString("hex") }])],
        ["a.log", "hi"],
      ]),
    "a manifest of noise": () =>
      zipOf([
        ["manifest.json", noise(below(500)).toString("latin1")],
        ["a.log", "hi"],
      ]),
    "no manifest": () => zipOf([["a.log", noise(50).toString("hex")]]),
    "noise alone": () => noise(below(2_000)),
    "noise with a zip's end": () => Buffer.concat([noise(below(500)), good().subarray(-22)]),
  };
  const names = Object.keys(ways);
  const made: MutilatedZip[] = [];
  for (let n = 0; n < count; n += 1) {
    const what = names[n % names.length] ?? "";
    made.push({ what, zip: (await ways[what]?.()) ?? Buffer.alloc(0) });
  }
  return made;
}
