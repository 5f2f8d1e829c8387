import { defineConfig } from "vite";

export default defineConfig({
  // Nothing inlined as data: URLs, which the content security policy would refuse.
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
