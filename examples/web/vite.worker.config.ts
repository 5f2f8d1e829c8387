import { defineConfig } from "vite";

/** The service worker: one file of a fixed name beside the page, for its address is its identity. */
export default defineConfig({
  build: {
    target: "es2023",
    emptyOutDir: false,
    rolldownOptions: {
      input: "src/service-worker.ts",
      output: { format: "iife", entryFileNames: "service-worker.js" },
    },
  },
});
