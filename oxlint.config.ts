import type { OxlintConfig } from "oxlint";

type Override = NonNullable<OxlintConfig["overrides"]>[number];
type Rules = NonNullable<OxlintConfig["rules"]>;

const SERVER = "./ #app #domain #contract #ports #messages #http #flow #adapters #emulator any-package";
const DEMO = "app/{demo,dev}{.ts,-*.ts,/**}";
const SDK_NODE = "sdk/node-*.ts";

/**
 * The floors: what each folder under src/ may import, written as the imports are written. What a row does not name is
 * refused, and a folder without a row may import nothing, so a new folder, package or neighbour is a row edited here, in
 * review. Every file of src/ stands in exactly one row.
 *
 * `./` own files, `#x` our folder x, `any-package` every package and node: module, `express(types)` its types only.
 */
// oxfmt-ignore
const floors = (): Override[] => [
  row("domain",    "./ #domain",                                     "Words and rules: no clock, no chance, no outside."),
  row("contract",  "./ #contract #domain #messages zod zod-openapi", "It runs in browsers too."),
  row("ports",     "./ #ports #domain #messages",                    "A port is an interface in our own words."),
  row("messages",  "./",                                             "It is plain data."),
  row("http",      "./ #http #contract #ports #domain #messages node:* cors express helmet iron-session jose openid-client rate-limiter-flexible swagger-ui-dist yauzl yazl zod",
                                                                     "It is a kit: it knows neither the flow nor an adapter."),
  row("flow/*",    "./jobs.ts ./pipeline.ts #domain zod",            "jobs.ts and pipeline.ts are words: they know no step."),
  row("flow/*/**", "./ #http #contract #ports #domain #messages #flow/jobs.ts express(types)",
                                                                     "A step reaches the world through #ports, another step through facts and jobs."),
  row("app",       SERVER,                                           "It composes the server; only demo and dev play the client.", DEMO),
  row(DEMO,        `${SERVER} #sdk #phone`,                          "It plays the server and the phone."),
  row("sdk",       "./",                                             "It ships to others and depends on nothing.", `sdk/{${SDK_NODE.slice(4)},screens/**}`),
  row("sdk/screens/**", "./ #messages",                              "It is taken without the SDK too: what fits, fits by its shape."),
  row(SDK_NODE,    "./ node:*",                                      "It is the SDK's entry for Node, and depends on nothing else."),
  row("phone",     "./ #phone #sdk #contract #messages",             "It is a client like any other."),
  row("console",   "./ #console #contract #messages #sdk/screens react react-dom @fluentui/react-components @fluentui/react-icons @fluentui/react-icons/svg/* @tanstack/* wouter recharts i18next react-i18next",
                                                                     "It knows the product by its public API alone."),
  row("emulator",  "./ #emulator node:* express fast-xml-parser web-push",    "It shares no code with us, so that it cannot agree with our bugs."),

  // Each adapter stands between our ports and one vendor, named in VENDORS; the rest (ids, clock) have none.
  ...Object.entries(VENDORS).map(([name, vendor]) => row(`adapters/${name}`, `./ #adapters/${name} #ports #domain #messages node:* ${vendor}`,
                                                                     "Another vendor is another adapter, behind the same port.")),
  row("adapters/**", "./ #ports #domain #messages node:*",           "An adapter with a vendor has its row in VENDORS.", `adapters/{${Object.keys(VENDORS).join(",")}}/**`),
];

// oxfmt-ignore
const VENDORS = {
  "azure-blob":        "@azure/storage-blob @azure/identity",
  "azure-devops":      "@azure/identity",
  "bullmq":            "bullmq ioredis pg",
  "notification-hubs": "@azure/notification-hubs @azure/core-rest-pipeline",
  "postgres":          "@prisma/* pg",
  "rate-limit":        "rate-limiter-flexible ioredis pg",
};

// ── What a folder may touch besides its imports ─────────────────────────────────────────────────────────────────────

const GET_BUILTIN = { property: "getBuiltinModule", message: "Use a plain import, so that the floors can see it." };
const PROCESS = { name: "process", message: "Only app/ touches the process. Take what you need as an argument." };
const IMPORT_META_GLOB = {
  property: "glob",
  message: "import.meta.glob hides imports from the floors. Write them out.",
};

const UNREAL = "domain/ has no clock, no chance and no outside world: take what it would give as an argument.";
// oxfmt-ignore
const UNREAL_GLOBALS = [
  "Date", "Temporal", "performance", "crypto", "fetch", "console", "globalThis", "global", "window", "self",
  "setTimeout", "setInterval", "setImmediate", "queueMicrotask",
];

const APP: Rules = {
  "no-restricted-globals": "off",
  "no-restricted-properties": [
    "error",
    GET_BUILTIN,
    IMPORT_META_GLOB,
    { property: "env", message: "Only app/config.ts reads the environment." },
  ],
};

const ON_REACT_NATIVE: Rules = {
  "no-restricted-properties": [
    "error",
    GET_BUILTIN,
    IMPORT_META_GLOB,
    { property: "throwIfAborted", message: "React Native's signals have none: take throwIfAborted of on-abort.ts." },
    { object: "AbortSignal", message: "React Native has no AbortSignal.any and no timeout: see on-abort.ts." },
  ],
};

const EXTRA: Record<string, Rules> = {
  app: APP,
  sdk: ON_REACT_NATIVE,
  [DEMO]: APP,
  domain: {
    "no-restricted-globals": [
      "error",
      { checkGlobalObject: true, globals: [PROCESS, ...UNREAL_GLOBALS.map((name) => ({ name, message: UNREAL }))] },
    ],
    "typescript/no-restricted-types": [
      "error",
      { types: { Date: { message: "Moments in domain/ are plain values." } } },
    ],
    "no-restricted-properties": [
      "error",
      GET_BUILTIN,
      IMPORT_META_GLOB,
      { object: "Math", property: "random", message: UNREAL },
      { object: "Intl", property: "DateTimeFormat", message: UNREAL },
      { object: "AbortSignal", property: "timeout", message: UNREAL },
    ],
  },
};

// ── From a row to oxlint ────────────────────────────────────────────────────────────────────────────────────────────

// One way to write a path, so that the patterns see through it. No '..', no absolute path, backslash, query or escape.
const PLAIN_PATHS = {
  regex: String.raw`\.\./|/\.\.$|^\.\.?$|/\./|//|^/|.#|[^A-Za-z0-9_./#@:-]`,
  message: "Write a plain path: './file.ts' downwards, '#folder/file.ts' for the rest.",
};
const NO_LOADERS = {
  regex: "^(node:)?(module|process)$",
  message: "Use a plain import (not createRequire), and take settings from the config that app/ passes in.",
};
const EXPRESS_TYPES_ONLY = {
  regex: "^express(/|$)",
  allowTypeImports: true,
  message: "A step takes only types from express (import type). Its Router comes from #http.",
};

function allow(word: string): string {
  if (word === "./") return "!./**";
  if (word.endsWith(".ts")) return `!${word}`;
  if (word.startsWith("#")) return `!${word}/**`;
  const name = { "any-package": "[a-z@]*", "express(types)": "express" }[word] ?? word;
  return `!{${name},${name}/**}`; // "!zod" would also let "evil/zod" in; a brace with a slash anchors the pattern
}

function imports(message: string, words: string[]): Rules {
  const patterns = [
    ...(words.length > 0 ? [PLAIN_PATHS] : []),
    ...(words.includes("node:*") || words.includes("any-package") ? [NO_LOADERS] : []),
    ...(words.includes("express(types)") ? [EXPRESS_TYPES_ONLY] : []),
    { group: ["**", ...words.map(allow)], caseSensitive: true, message },
  ];
  return { "no-restricted-imports": ["error", { patterns }] };
}

/** A row of the table. `where` is a folder, or a glob under src/; `except` a part of it that has a row of its own. */
function row(where: string, may: string, why: string, except?: string): Override {
  const words = may.split(" ");
  const list = words.map((word) => (word === "./" ? "its own files" : word)).join(", ");
  return {
    files: [`src/${where.includes("*") ? where : `${where}/**`}`],
    ...(except && { excludeFiles: [`src/${except}`] }),
    rules: { ...imports(`src/${where} may import: ${list}. ${why}`, words), ...EXTRA[where] },
  };
}

const config: OxlintConfig = {
  plugins: ["typescript", "import", "unicorn", "oxc", "node", "vitest"],
  categories: { correctness: "error" },
  options: { typeAware: true, respectEslintDisableDirectives: false, reportUnusedDisableDirectives: "error" },
  ignorePatterns: ["src/adapters/postgres/generated/**", "test/fixtures/**", "dist/**", "coverage/**", ".data/**"],
  rules: {
    "import/no-cycle": "error",
    "import/no-default-export": "error",
    "import/no-dynamic-require": ["error", { esmodule: true }],
    "no-eval": "error",
    "no-new-func": "error",
    "typescript/ban-ts-comment": "error",
    "typescript/consistent-type-imports": ["error", { prefer: "type-imports", disallowTypeAnnotations: true }],
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-implied-eval": "error",
    "typescript/no-import-type-side-effects": "error",
    "typescript/no-misused-promises": "error",
    "typescript/no-require-imports": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/triple-slash-reference": ["error", { lib: "always", path: "never", types: "never" }],
    // Ours are closures handed on in parts (`{ add, close }`), made by functions: they have no `this` to lose.
    "typescript/unbound-method": "off",
    "unicorn/require-module-specifiers": "error",
    "vitest/no-standalone-expect": "off", // it does not know our own test functions, made with test.extend
    "vitest/valid-expect": ["error", { maxArgs: 2 }],
  },
  // A later override replaces a rule's options: the order is everything under src/, then the floors, then one file.
  overrides: [
    { files: ["*.config.ts"], rules: { "import/no-default-export": "off" } },
    {
      files: ["src/**"],
      rules: {
        ...imports("This folder has no floor yet. Give it a row in oxlint.config.ts that says what it may import.", []),
        "node/no-process-env": "error",
        "no-restricted-globals": ["error", { checkGlobalObject: true, globals: [PROCESS] }],
        "no-restricted-properties": ["error", GET_BUILTIN, IMPORT_META_GLOB],
        "no-warning-comments": ["error", { terms: ["oxlint-disable", "eslint-disable"], location: "anywhere" }],
      },
    },
    ...floors(),
    {
      files: ["src/app/config.ts"],
      rules: { "node/no-process-env": "off", "no-restricted-properties": ["error", GET_BUILTIN, IMPORT_META_GLOB] },
    },
  ],
};

export default config;
