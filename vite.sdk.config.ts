import { defineConfig } from "vite";
import { SDK_ENTRIES } from "./scripts/sdk/entries.ts";

/** Each is a file of its own for apps that load it as it is: none needs another. */
const ENTRIES = SDK_ENTRIES.map(({ file }) => file);

/**
 * The client SDK as it ships: one file for browsers, and beside it the consent screen, logs on the device, ACS's logs, and
 * Node's part for those who want them, no dependency in any. The declarations are TypeScript's own (tsconfig.sdk.json), so
 * each file is named as its source.
 */
export default defineConfig({
  publicDir: false,
  build: { outDir: "dist/sdk", target: "es2022" },
  // An environment an entry: built together, what two of them use would become a third file that both import.
  environments: Object.fromEntries(
    ENTRIES.map((entry, index) => [
      entry.replaceAll("-", "_"),
      {
        consumer: "client" as const,
        build: {
          emptyOutDir: index === 0,
          lib: { entry: { [entry]: `src/sdk/${entry}.ts` }, formats: ["es" as const] },
          // Vite leaves the spaces in a library; they are a tenth of what a phone would fetch. Notes to bundlers say only what
          // `sideEffects: false` of the package says of the whole.
          rolldownOptions: {
            external: /^node:/,
            optimization: { inlineConst: { mode: "all" } },
            output: { minify: true, comments: { annotation: false } },
          },
        },
      },
    ]),
  ),
  builder: {
    async buildApp(builder) {
      for (const entry of ENTRIES) await builder.build(builder.environments[entry.replaceAll("-", "_")]!);
    },
  },
});
