import { playAct } from "@waypost/example-agent";
import { KyselySaver } from "@waypost/kysely";
import { countRows, db, prepareTables, schema } from "./database.ts";

await prepareTables();

await db.transaction().execute(async (transaction) => {
  const saver = new KyselySaver(transaction, { schema }); // joins the transaction
  const { thread, question } = await playAct(saver);
  await transaction.insertInto("questions").values({ thread, question }).execute();
});

console.log(`  committed together, now there are ${await countRows()}`);
await db.destroy();
