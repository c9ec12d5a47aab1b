import { PGlite } from "@electric-sql/pglite";
import { playAct } from "@waypost/example-agent";
import { KyselySaver } from "@waypost/kysely";
import { Kysely, PGliteDialect } from "kysely";

const folder = process.env.PGLITE_FOLDER ?? "memory";
const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite: new PGlite(folder) }) });
const saver = new KyselySaver(db);
await saver.setup();

await playAct(saver);

await db.destroy(); // closes the files; the next process opens them
