import { withClient } from "@waypost/conformance/database";
import { ControlledPostgres } from "@waypost/dev-postgres";
import { DRIVERS } from "./application.ts";
import { CONTENTION } from "./contention.ts";
import { DISK_FULL, LIMITS, SMALL } from "./limits.ts";
import { NETWORK } from "./network.ts";
import { FaultProxy } from "./proxy.ts";
import { RESTARTS } from "./restarts.ts";
import { trial } from "./trial.ts";

let n = 0;
const loud = (kind: string) => (e: unknown) => {
  if (n++ < 3)
    console.log(kind, String((e as Error).stack).slice(0, 400), (e as { query?: string }).query);
};
process.on("unhandledRejection", loud("UNHANDLED"));
process.on("uncaughtException", loud("UNCAUGHT"));
process.on("exit", () => console.log("unhandled in all:", n));
const all = [...RESTARTS, ...NETWORK, ...LIMITS, ...CONTENTION, DISK_FULL].filter((f) =>
  f.name.includes(process.argv[2] ?? ""),
);
await using server = await ControlledPostgres.create({
  settings: { max_connections: "40" },
  ...(all.includes(DISK_FULL) && all.length === 1 ? { diskMegabytes: 32 } : {}),
});
await using proxy = await FaultProxy.before(server.url);
if (server.disk)
  await withClient(async (c) => {
    await c.query(`CREATE TABLESPACE ${SMALL} LOCATION '${server.disk}'`);
    await c.query(`ALTER DATABASE postgres SET default_tablespace = ${SMALL}`);
  }, server.url);
for (const f of all) {
  const t = performance.now();
  const drivers = process.argv[3] ? DRIVERS.filter((d) => d === process.argv[3]) : DRIVERS;
  for (const o of await trial({ server, proxy }, f, {
    drivers,
    threads: 6,
    strikes: Number(process.argv[4] ?? 2),
  }))
    console.log(
      f.name.padEnd(30),
      o.driver.padEnd(15),
      "turns",
      o.turns,
      "puts",
      o.puts,
      "writes",
      o.writes,
      "recovered",
      o.recovered,
      "longest",
      Math.round(o.longestMs),
      JSON.stringify(o.failures),
      "LOST",
      o.lost.length,
      o.lost.slice(0, 2),
      "DAMAGED",
      o.damaged.length,
      o.damaged.slice(0, 2),
      "LEAKED",
      o.leaked,
    );
  console.log("   took", Math.round(performance.now() - t));
}
