import { expect, test } from "vitest";
import { missingVariants } from "../../../scripts/generate/lockfile.ts";

test("a platform that the registry did not have when the lockfile was written is named all the same", () => {
  const packages = {
    "": { version: "1.0.0" },
    "node_modules/oxlint": {
      dev: true,
      optionalDependencies: {
        "@oxlint/binding-linux-x64-gnu": "1.94.0",
        "@oxlint/binding-linux-arm-musleabihf": "1.94.0",
      },
    },
    "node_modules/@oxlint/binding-linux-x64-gnu": { version: "1.94.0" },
  };
  expect(missingVariants(packages)).toEqual({
    "node_modules/@oxlint/binding-linux-arm-musleabihf": {
      version: "1.94.0",
      cpu: ["arm"],
      dev: true,
      optional: true,
      os: ["linux"],
    },
  });
});
