import { playAct } from "@waypost/example-agent";
import { KyselySaver } from "@waypost/kysely";
import { db, schema } from "./database.ts";

const saver = new KyselySaver(db, { schema });
await saver.setup();
await db.schema
  .createTable("customers")
  .ifNotExists()
  .addColumn("thread_id", "text", (column) => column.primaryKey())
  .addColumn("name", "text", (column) => column.notNull())
  .execute();

const { thread } = await playAct(saver);
await db
  .insertInto("customers")
  .values({ thread_id: thread, name: "Ada" })
  .onConflict((conflict) => conflict.doNothing())
  .execute();

await db.destroy(); // the database is yours, and so is destroying it
