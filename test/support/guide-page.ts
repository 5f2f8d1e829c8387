import { readFile } from "node:fs/promises";

/** A block of a page that leads somebody through something: what they paste, and where. */
export interface GuideBlock {
  /**
   * `run`: a command that ends; `serve`: one that goes on; `once`: what a test cannot do again; `file`: a file in full; `line`: a line
   * to add to a file; `same`: a file that is in this clone.
   */
  readonly kind: "run" | "serve" | "once" | "file" | "line" | "same";
  /** Of the command, or the file's path. */
  readonly name: string;
  readonly code: string;
}

const BLOCK = /(?:<!-- (run|serve|once|file|line|same): (\S+) -->\n)?^```\w*\n([\s\S]*?)^```$/gm;

/** All blocks of a page, in their order. @throws Error when one does not say what it is: then nobody would try it */
export async function readGuide(page: string): Promise<GuideBlock[]> {
  const text = await readFile(page, "utf8");
  return [...text.matchAll(BLOCK)].map(([, kind, name, code = ""]) => {
    if (kind === undefined || name === undefined) throw new Error(`${page}: a block that nobody tries:\n${code}`);
    return { kind: kind as GuideBlock["kind"], name, code };
  });
}
