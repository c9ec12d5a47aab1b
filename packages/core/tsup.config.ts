import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { library } from "../../tsup.base.ts";

type Plugin = NonNullable<NonNullable<Parameters<typeof library>[0]>["esbuildPlugins"]>[number];

/**
 * All code goes into the entry for adapters, which exports all that the public one does; the public one
 * takes it from there, so that a class is the same in both. esbuild by itself splits no CommonJS.
 */
const publicFromAdapter: Plugin = {
  name: "public-from-adapter",
  setup({ initialOptions: { format }, onResolve, onLoad }) {
    const adapter = { path: format === "cjs" ? "./adapter.cjs" : "./adapter.js", external: true };
    onResolve({ filter: /./ }, ({ kind, path, importer, pluginData }) => {
      if (pluginData === adapter) return adapter;
      const isPublic = kind === "entry-point" && path.endsWith("index.ts");
      // With the suffix it is another module than the one that the other entry includes.
      return isPublic ? { path: resolve(importer, path), suffix: "?public" } : undefined;
    });
    onLoad({ filter: /index\.ts$/ }, ({ path, suffix }) =>
      suffix === "?public"
        ? { contents: readFileSync(path), loader: "ts", pluginData: adapter }
        : undefined,
    );
  },
};

export default library({
  entry: ["src/index.ts", "src/adapter.ts"],
  esbuildPlugins: [publicFromAdapter],
});
