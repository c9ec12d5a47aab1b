import { defineConfig, type Options } from "tsup";

/** How published packages are built: ESM, CommonJS unless `format` says other, and types from `src/index.ts`. */
export const library = (options: Pick<Options, "entry" | "esbuildPlugins" | "format"> = {}) =>
  defineConfig({
    entry: ["src/index.ts"],
    format: ["esm", "cjs"],
    target: "es2022",
    dts: true,
    clean: true,
    sourcemap: true,
    splitting: false,
    // A class that names itself is otherwise renamed, and `toJSON()` and stack traces show it.
    keepNames: true,
    ...options,
  });
