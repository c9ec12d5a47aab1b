import { MemorySaver } from "@langchain/langgraph-checkpoint";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import pg from "pg";
import { rawOver } from "./pg.ts";
import { POOL_SIZE, type Subject } from "./subject.ts";

/** What everybody uses today; all others are compared with it. */
export const OFFICIAL: Subject = {
  name: "official saver",
  driver: "official",
  main: true,
  prepares: false,
  ours: false,
  wire: true,
  async open({ url, schema }) {
    const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
    return {
      saver: new PostgresSaver(pool, undefined, { schema }),
      raw: rawOver(pool, false),
      close: () => pool.end(),
    };
  },
};

/** Stores nothing, and yet serializes every value: the limit of what a saver can reach in a whole turn. */
export const MEMORY: Subject = {
  name: "MemorySaver",
  driver: "memory",
  main: false,
  prepares: false,
  ours: false,
  wire: false,
  open: async () => ({ saver: new MemorySaver(), close: async () => {} }),
};
