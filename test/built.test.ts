import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SAVERS = [
  ["pg", "PgSaver"],
  ["postgres-js", "PostgresJsSaver"],
] as const;

const FORMATS = [
  ["module", (saver: string, name: string) => `import { ${saver} } from "@waypost/${name}"`],
  ["commonjs", (saver: string, name: string) => `const { ${saver} } = require("@waypost/${name}")`],
] as const;

/** What is published, not the sources: `npm test` and `npm run test:full` build it before. */
describe.each(SAVERS)("the built @waypost/%s", (name, saver) => {
  it.each(FORMATS)("keeps the saver's name as %s", (type, load) => {
    const code = `${load(saver, name)};
      const saver = ${saver}.fromConnString("postgresql://127.0.0.1:1/none");
      console.log(JSON.stringify({ saver }));`;
    const cwd = fileURLToPath(new URL(`../packages/${name}/`, import.meta.url));
    const output = execFileSync(process.execPath, [`--input-type=${type}`, "-e", code], { cwd });
    expect(JSON.parse(String(output))).toEqual({ saver: `[${saver}]` });
  });
});
