import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  // The admin server has it below /ui/; relative, so that a proxy in front may put it elsewhere.
  base: "./",
  resolve: { conditions: ["@pagoda/source", "module", "browser", "production"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    // What is inlined would be refused by the page's Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
