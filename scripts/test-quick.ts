/** `npm run test:quick -- pg`: the tests of one package, without what takes long and is the same for all modes. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const [name = "pg"] = process.argv.slice(2);
const packages = readdirSync(new URL("../packages/", import.meta.url));
if (!packages.includes(name)) {
  process.stderr.write(`There is no package "${name}"; name one of ${packages.join(", ")}.\n`);
  process.exit(1);
}
const env = { ...process.env, WAYPOST_TEST: "quick" };
const { status } = spawnSync("vitest", ["run", `packages/${name}/test/`], {
  env,
  stdio: "inherit",
});
process.exit(status ?? 1);
