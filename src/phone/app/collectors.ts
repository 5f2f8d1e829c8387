import { type Collector, freezeBytes } from "#sdk/create-beckon.ts";
import type { RotatingLog } from "./rotating-log.ts";

/** What the sample app can give, in the user's words. */
export function createCollectors({
  appLog,
  callLog,
  bigLog,
  describeDevice,
  labels,
}: {
  appLog: RotatingLog;
  callLog: RotatingLog;
  /** A log of a size that was asked for, once it is made. */
  bigLog: Promise<Blob> | undefined;
  describeDevice: () => string;
  labels: Readonly<Record<"app" | "acs-calling" | "system", string>>;
}): Collector[] {
  return [
    {
      name: "app",
      label: labels.app,
      typicalSizeBytes: 200_000,
      async collect({ window, maxBytes, leaveOut }) {
        const files = await freezeLog(appLog, window);
        const big = await bigLog;
        if (!big) return files;
        const trace = freezeBytes("trace.log", big);
        if (big.size <= maxBytes) return [...files, trace];
        leaveOut(trace);
        return files;
      },
    },
    {
      name: "acs-calling",
      label: labels["acs-calling"],
      typicalSizeBytes: 40_000,
      collect: ({ window }) => freezeLog(callLog, window),
    },
    {
      name: "system",
      label: labels.system,
      typicalSizeBytes: 1_000,
      collect: () => Promise.resolve([freezeBytes("system.json", describeDevice())]),
    },
  ];
}

/** Copies of the files that the window touches: lines that are written from now on are not in them. */
async function freezeLog(log: RotatingLog, window: { from: Date; to: Date } | undefined) {
  const files = await log.snapshot();
  return files
    .filter(({ from, to }) => !window || (to >= window.from && from <= window.to))
    .map(({ name, parts, from, to }) =>
      freezeBytes(name, new Blob([...parts]), { modifiedAt: to, coversFrom: from, coversTo: to }),
    );
}
