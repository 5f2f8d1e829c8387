import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/**
 * The agents' console as `beckon api` serves it. Every script and style element of the page carries a placeholder for the
 * nonce, which the server replaces on each answer, so that the content security policy needs no `unsafe-inline`.
 */
export default defineConfig({
  root: "src/console",
  base: "/",
  publicDir: false,
  plugins: [react()],
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    outDir: "../../dist/console",
    emptyOutDir: true,
    target: "es2023",
    // Nothing inlined as data: URLs, which the policy would refuse.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
});
