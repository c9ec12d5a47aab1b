import { say } from "@waypost/example-agent";
import { db } from "./database.ts";

// The latest checkpoint of each customer's thread, subgraphs aside. Every name here is type-checked.
const threads = await db
  .selectFrom("customers")
  .innerJoin("checkpoints", "checkpoints.thread_id", "customers.thread_id")
  .where("checkpoint_ns", "=", "")
  .distinctOn("customers.thread_id")
  .select(["name", "customers.thread_id", "checkpoint", "metadata"])
  .orderBy("customers.thread_id")
  .orderBy("checkpoint_id", "desc")
  .execute();

for (const { name, thread_id, checkpoint, metadata } of threads) {
  say(`${name}: thread ${thread_id}, at step ${metadata.step} since ${checkpoint.ts}`);
}
await db.destroy();
