import { z } from "zod";
import { announcedFile, leftOut } from "./files.ts";
import { time, timeWindow } from "./primitives.ts";

/** `manifest.json`, the first entry of a zip that a device exported: what a server needs to verify the rest of it. */
export const exportManifest = z
  .strictObject({
    type: z.literal("beckon.export"),
    v: z.literal(1),
    createdAt: time.meta({ description: "By the device's clock" }),
    sdkVersion: z.string().min(1).max(64),
    appVersion: z.string().max(64).optional(),
    callIds: z.array(z.string().min(1).max(256)).max(100),
    window: timeWindow.optional().meta({ description: "What was asked for; everything where it is absent" }),
    files: z
      .array(announcedFile.extend({ path: z.string().min(1).max(1_000).meta({ description: "Of its entry" }) }))
      .max(500),
    leftOut: z.array(leftOut).max(500),
  })
  .refine(({ files }) => new Set(files.map(({ path }) => path)).size === files.length, {
    message: "two files have the same path",
    path: ["files"],
  })
  .meta({ id: "ExportManifest" });
