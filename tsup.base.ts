import { defineConfig, type Options } from "tsup";

/** How every published package is built: ESM, CommonJS and types for both from `src/index.ts`. */
export const library = (options: Pick<Options, "entry" | "esbuildPlugins"> = {}) =>
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
