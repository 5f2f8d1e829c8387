/**
 * Reads a .dockerignore of plain paths: what it names, and all below it, is not there for COPY.
 *
 * @returns whether a path, relative to the build context, is ignored
 * @throws Error for a pattern, which nothing here knows
 */
export function readDockerignore(text: string): (path: string) => boolean {
  const ignored = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const strange = ignored.find((path) => /[*?![\]\\]|\/$/.test(path));
  if (strange !== undefined) throw new Error(`.dockerignore: only plain paths are known here, not ${strange}`);
  return (path) => ignored.some((name) => path === name || path.startsWith(`${name}/`));
}
