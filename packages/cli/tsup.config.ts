import { defineConfig } from "tsup";

export default defineConfig([
  {
    // A program, which nobody imports.
    entry: ["src/cli.ts"],
    format: ["esm"],
    target: "es2022",
    clean: ["!page/**"],
    banner: { js: "#!/usr/bin/env node" },
  },
  {
    // The page of `waypost view`, with all that it needs.
    entry: { page: "client/main.tsx" },
    outDir: "dist/page",
    format: ["esm"],
    platform: "browser",
    target: "es2022",
    minify: true,
    noExternal: [/.*/],
    clean: true,
    tsconfig: "client/tsconfig.json",
  },
]);
