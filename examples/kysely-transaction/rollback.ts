import { playAct } from "@waypost/example-agent";
import { KyselySaver } from "@waypost/kysely";
import { countRows, db, prepareTables, schema } from "./database.ts";

await prepareTables();
const before = await countRows();

const transaction = await db.startTransaction().execute();
const { thread, question } = await playAct(new KyselySaver(transaction, { schema }));
await transaction.insertInto("questions").values({ thread, question }).execute();
await transaction.rollback().execute(); // as if your own code had failed here

const after = await countRows();
await db.destroy();
if (after !== before) throw new Error(`Expected ${before} after the rollback, found ${after}.`);
console.log(`  rolled back together, still there are ${after}`);
