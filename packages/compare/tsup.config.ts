import { defineConfig } from "tsup";

/** The script of the HTML report, with all that it needs. */
export default defineConfig({
  entry: { report: "client/main.ts" },
  format: ["iife"],
  platform: "browser",
  target: "es2022",
  minify: true,
  noExternal: [/.*/],
  clean: true,
});
