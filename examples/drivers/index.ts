import { parseArgs } from "node:util";
import { playAct } from "@waypost/example-agent";
import { DRIVERS, isDriver } from "./drivers.ts";

const { values, positionals } = parseArgs({
  options: { driver: { type: "string", default: "pg" } },
  allowPositionals: true,
});
if (!isDriver(values.driver)) {
  throw new Error(`No driver "${values.driver}"; there are ${Object.keys(DRIVERS).join(", ")}.`);
}

const { saver, close } = DRIVERS[values.driver]();
await saver.setup();

await playAct(saver, {}, positionals);

await close();
