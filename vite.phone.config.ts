import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { build, defineConfig, type Plugin } from "vite";

const FOLDER = join(import.meta.dirname, "src/phone");
const OUT = join(import.meta.dirname, "dist/phone");
const WORKER = join(FOLDER, "service-worker.ts");
const PAGES = ["page.html", "stage/stage.html"].map((page) => join(FOLDER, page));

/**
 * The simulated phone and `/demo`, as `beckon api` serves them in development. Scripts and styles carry a placeholder for the
 * nonce, as in the console.
 */
export default defineConfig({
  root: FOLDER,
  base: "/phone/",
  publicDir: false,
  plugins: [pagesAtTheTop(), serviceWorker()],
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2023",
    // Nothing inlined as data: URLs, which the policy would refuse.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: PAGES.filter((page) => existsSync(page)) },
  },
});

/** The server knows pages by their names, wherever their sources are. */
function pagesAtTheTop(): Plugin {
  return {
    name: "pages-at-the-top",
    enforce: "post",
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === "asset" && file.fileName.endsWith(".html")) file.fileName = basename(file.fileName);
      }
    },
  };
}

/** The worker in one file of a fixed name: its address is its identity, and it may load nothing when it is woken. */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    buildStart() {
      this.addWatchFile(WORKER);
    },
    async closeBundle() {
      await build({
        configFile: false,
        root: FOLDER,
        publicDir: false,
        logLevel: "warn",
        build: {
          outDir: OUT,
          emptyOutDir: false,
          target: "es2023",
          rolldownOptions: { input: WORKER, output: { format: "iife", entryFileNames: "service-worker.js" } },
        },
      });
    },
  };
}
