import { defineConfig } from "vite";

/**
 * The client SDK as it ships: one file for browsers, the consent screen for those who want it, and one for Node beside them,
 * no dependency in any. The declarations are TypeScript's own (tsconfig.sdk.json), so each file is named as its source.
 */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "dist/sdk",
    emptyOutDir: true,
    target: "es2022",
    lib: {
      entry: {
        "create-beckon": "src/sdk/create-beckon.ts",
        "consent-screen": "src/sdk/consent-screen.ts",
        "node-support": "src/sdk/node-support.ts",
      },
      formats: ["es"],
    },
    // Vite leaves the spaces in a library; they are a tenth of what a phone would fetch.
    rolldownOptions: { external: /^node:/, output: { minify: true } },
  },
});
