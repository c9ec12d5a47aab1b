import { stripTypeScriptTypes } from "node:module";
import { type BuildOptions, build } from "esbuild";
import { commonJs, type Driver, typescript } from "./application.ts";
import { conversation } from "./conversation.ts";
import type { Project } from "./project.ts";

/** The application as TypeScript, both kinds of JavaScript, and bundled as both. */
export async function writeApplication(project: Project, driver: Driver): Promise<void> {
  const source = typescript(driver);
  const javascript = stripTypeScriptTypes(source);
  await project.write("main.ts", source);
  await project.write("main.mjs", javascript);
  await project.write("main.cjs", commonJs(javascript));
  await bundle(project, "main.ts", "bundle.mjs", { format: "esm" });
  await bundle(project, "main.ts", "bundle.cjs", { format: "cjs" });
}

/**
 * Prints which exports of core are another thing in its entry for adapters, or in the driver's package; and the
 * store of the driver.
 */
export async function writeEntries(project: Project, { name }: Driver): Promise<void> {
  const entries = ["@waypost/core", "@waypost/core/adapter", `@waypost/${name}`];
  const compare = `
const [core, ...others] = entries;
const names = Object.keys(core).filter((name) => !["default", "module.exports"].includes(name));
const differ = names.filter((name) => others.some((other) => other[name] !== core[name]));
const stores = Object.keys(store).filter((name) => /^(Pg|PostgresJs|Kysely)Store$/.test(name));
console.log(JSON.stringify({ some: names.length > 0, differ, stores: stores.length }));`;
  const load = (how: string) => `const entries = [${entries.map((from) => `${how}("${from}")`)}];
const store = ${how}("@waypost/${name}/store");`;
  await project.write("entries.cjs", load("require") + compare);
  await project.write("entries.mjs", load("await import") + compare);
}

/** The conversation as modules, and as a bundle in which classes and functions have lost their names. */
export async function writeConversation(project: Project, driver: Driver): Promise<void> {
  await project.write("talk.mjs", stripTypeScriptTypes(conversation(driver)));
  await bundle(project, "talk.mjs", "talk.min.mjs", { format: "esm", minify: true });
}

async function bundle(
  project: Project,
  from: string,
  to: string,
  options: BuildOptions,
): Promise<void> {
  await build({
    absWorkingDir: project.folder,
    entryPoints: [from],
    outfile: to,
    bundle: true,
    platform: "node",
    logLevel: "error",
    external: ["pg-native"],
    // CommonJS within a bundle of modules asks for it.
    banner: options.format === "esm" ? { js: REQUIRE } : {},
    ...options,
  });
}

const REQUIRE = `import { createRequire as makeRequire } from "node:module";
const require = makeRequire(import.meta.url);`;
