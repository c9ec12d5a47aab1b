import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { BRANCH_CHECKS, databaseUrl, withSchema } from "@waypost/conformance/fixtures";
import { describe, expect, it } from "vitest";

/** The reason for Waypost to exist. When one of these fails, the official saver has been mended. */
describe("the official saver fails where every mode of Waypost passes", () => {
  it.each(Object.entries(BRANCH_CHECKS))("%s", async (_, check) => {
    await withSchema(async (schema) => {
      const saver = PostgresSaver.fromConnString(databaseUrl(), { schema });
      await saver.setup();
      await expect(check(saver)).rejects.toThrow("expected");
      await saver.end();
    });
  });
});
