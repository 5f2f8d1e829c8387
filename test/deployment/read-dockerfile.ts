/** One instruction of a Dockerfile, as Docker understands it; only those that ours has. */
export type Instruction =
  | { readonly kind: "FROM"; readonly image: string; readonly as: string }
  | { readonly kind: "WORKDIR"; readonly path: string }
  | { readonly kind: "COPY"; readonly from?: string; readonly sources: readonly string[]; readonly to: string }
  | { readonly kind: "RUN"; readonly script: string }
  | { readonly kind: "ENV"; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: "USER"; readonly name: string }
  | { readonly kind: "EXPOSE"; readonly port: string }
  | {
      readonly kind: "HEALTHCHECK";
      readonly options: Readonly<Record<string, string>>;
      readonly command: readonly string[];
    }
  | { readonly kind: "ENTRYPOINT" | "CMD"; readonly command: readonly string[] };

/** What an image says of the process that runs in it. */
export interface ImageConfig {
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

/**
 * Reads a Dockerfile, strictly: what is not known here is not replayed either, so it is refused.
 *
 * Source: docs.docker.com/reference/dockerfile
 * @throws Error naming the line
 */
export function readDockerfile(text: string): Instruction[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map(readInstruction);
}

/** What the last stage says of its process. */
export function imageConfigOf(instructions: readonly Instruction[]): ImageConfig {
  let config: ImageConfig = { env: {}, workdir: "/", user: "root", entrypoint: [], command: [], healthcheck: [] };
  const lastStage = instructions.slice(instructions.findLastIndex(({ kind }) => kind === "FROM"));
  for (const instruction of lastStage) {
    switch (instruction.kind) {
      case "ENV":
        config = { ...config, env: { ...config.env, ...instruction.values } };
        break;
      case "WORKDIR":
        config = { ...config, workdir: instruction.path };
        break;
      case "USER":
        config = { ...config, user: instruction.name };
        break;
      case "ENTRYPOINT":
        config = { ...config, entrypoint: instruction.command };
        break;
      case "CMD":
        config = { ...config, command: instruction.command };
        break;
      case "HEALTHCHECK":
        config = { ...config, healthcheck: instruction.command };
        break;
      case "FROM":
      case "COPY":
      case "RUN":
      case "EXPOSE":
        break;
    }
  }
  return config;
}

function readInstruction(line: string): Instruction {
  const [, word = "", rest = ""] = /^([A-Z]+)\s+(.+)$/.exec(line.trim()) ?? [];
  const refuse = (why: string) => new Error(`Dockerfile: ${why}: ${line}`);
  // Docker fills these in from ENV and ARG in some instructions and not in others; ours need none.
  if (["FROM", "WORKDIR", "COPY", "ENV", "USER", "EXPOSE"].includes(word) && rest.includes("$"))
    throw refuse("variables are not known here");
  switch (word) {
    case "FROM": {
      const [, image, as] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
      if (image === undefined || as === undefined) throw refuse("FROM is IMAGE AS NAME");
      return { kind: word, image, as };
    }
    case "WORKDIR":
      if (!/^\/\S+$/.test(rest)) throw refuse("WORKDIR is an absolute path");
      return { kind: word, path: rest };
    case "COPY": {
      const parts = rest.split(/\s+/);
      const from = parts[0]?.startsWith("--from=") ? parts.shift()?.slice("--from=".length) : undefined;
      const to = parts.pop();
      if (to === undefined || parts.length === 0 || parts.some((part) => /^--|[*?[]/.test(part)))
        throw refuse("COPY is [--from=STAGE] PATH… PATH, without patterns");
      if (parts.length > 1 && !to.endsWith("/"))
        throw refuse("several sources go to a folder, with a slash at its end");
      return { kind: word, sources: parts, to, ...(from !== undefined && { from }) };
    }
    case "RUN":
      if (/^(--|\[)/.test(rest)) throw refuse("RUN is a shell's line, without options");
      return { kind: word, script: rest };
    case "ENV": {
      const pairs = rest.split(/\s+/).map((pair) => /^([A-Z_]+)=([^\s"'\\]*)$/.exec(pair));
      if (pairs.includes(null)) throw refuse("ENV is NAME=value, without quotes");
      return { kind: word, values: Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? "", pair?.[2] ?? ""])) };
    }
    case "USER":
      return { kind: word, name: rest };
    case "EXPOSE":
      return { kind: word, port: rest };
    case "HEALTHCHECK": {
      const [, options = "", command = ""] = /^((?:--[a-z-]+=\S+\s+)*)CMD\s+(.+)$/.exec(rest) ?? [];
      const given = [...options.matchAll(/--([a-z-]+)=(\S+)/g)].map(([, name, value]) => [name, value]);
      return { kind: word, options: Object.fromEntries(given), command: readExecForm(command, refuse) };
    }
    case "ENTRYPOINT":
    case "CMD":
      return { kind: word, command: readExecForm(rest, refuse) };
    default:
      throw refuse("this instruction is not known here");
  }
}

function readExecForm(text: string, refuse: (why: string) => Error): string[] {
  // The other form runs under a shell, which would get the signals in our place.
  if (!text.startsWith("[")) throw refuse('a command is written ["program", "argument"]');
  return JSON.parse(text) as string[];
}
