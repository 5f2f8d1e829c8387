/** A file of the SDK that apps import by itself. */
export interface SdkEntry {
  /** Of `src/sdk/FILE.ts`, and of `dist/FILE.js` in the package. */
  readonly file: string;
  /** What an app imports: `beckon-sdk`, or `beckon-sdk/PATH`. */
  readonly path: string;
  /** Where it is of use: what it cannot do elsewhere should fail when the app is built, and not on a phone. */
  readonly runsIn: "everything" | "web" | "node";
}

/** The name of the package. It is in no registry yet: apps install the tarball. */
export const SDK_NAME = "beckon-sdk";

/** The core first, then what an app takes beside it. */
export const SDK_ENTRIES: readonly SdkEntry[] = [
  { file: "create-beckon", path: ".", runsIn: "everything" },
  { file: "consent-screen", path: "./consent-screen", runsIn: "web" },
  { file: "report-issue", path: "./report-issue", runsIn: "everything" },
  { file: "report-screens", path: "./report-screens", runsIn: "web" },
  { file: "device-logs", path: "./device-logs", runsIn: "everything" },
  { file: "upload-blocks", path: "./upload-blocks", runsIn: "everything" },
  { file: "test-push", path: "./test-push", runsIn: "everything" },
  { file: "acs-web", path: "./acs-web", runsIn: "web" },
  { file: "node-support", path: "./node-support", runsIn: "node" },
];

/** What an app writes after `from`. */
export function importName({ path }: SdkEntry): string {
  return path === "." ? SDK_NAME : SDK_NAME + path.slice(1);
}
