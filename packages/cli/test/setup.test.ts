import { databaseUrl, putChain, withClient, withSchema } from "@waypost/conformance/fixtures";
import { PgSaver } from "@waypost/pg";
import { describe, expect, it } from "vitest";
import { json } from "./fixtures.ts";
import { waypost } from "./run.ts";

describe.concurrent("waypost setup and sql", () => {
  it("create the same tables, by itself and by hand", () =>
    withSchema((one) =>
      withSchema(async (two) => {
        const set = await waypost(["setup", "--schema", one]);
        expect(set).toEqual({
          code: 0,
          stdout: `The tables in schema "${one}" are ready.\n`,
          stderr: "",
        });
        const { stdout } = await waypost(["sql", "--schema", two]);
        await withClient(async (client) => {
          await client.query(stdout);
          const columns = (schema: string) =>
            client.query(
              `SELECT table_name, column_name, data_type FROM information_schema.columns
               WHERE table_schema = $1 ORDER BY 1, 2`,
              [schema],
            );
          expect((await columns(two)).rows).toEqual((await columns(one)).rows);
        });
      }),
    ));

  it("split tables into partitions, of which status tells the sum", () =>
    withSchema(async (schema) => {
      const args = ["--partitions", "3", "--schema", schema];
      const { stdout } = await waypost(["sql", ...args]);
      expect(stdout).toContain("MODULUS 3, REMAINDER 2");
      expect(await waypost(["setup", ...args])).toMatchObject({ code: 0 });
      await withClient((client) => client.query(stdout));
      await using saver = PgSaver.fromConnString(databaseUrl(), { schema });
      await putChain(saver, "one", 10, (step) => ({ step }));
      const status = json((await waypost(["status", "--json", "--schema", schema])).stdout);
      expect(status.tables).toHaveLength(4);
      for (const { bytes, indexBytes } of status.tables) {
        expect(indexBytes).toBeGreaterThanOrEqual(3 * 8192);
        expect(bytes).toBeGreaterThan(indexBytes);
      }
      expect((await waypost(["doctor", "--schema", schema])).stdout).toContain(
        "Tables, keys and rights are complete",
      );
      const wrong = await waypost(["setup", "--partitions", "5", "--schema", schema]);
      expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("in 3 partitions") });
    }));

  it("say what is missing for Citus", () =>
    withSchema(async (schema) => {
      const args = ["--distribute", "citus", "--schema", schema];
      expect((await waypost(["sql", ...args])).stdout).toContain("create_distributed_table(");
      const setup = await waypost(["setup", ...args]);
      expect(setup).toMatchObject({ code: 1, stderr: expect.stringContaining("CREATE EXTENSION") });
      expect(await waypost(["sql", ...args, "--partitions", "3"])).toMatchObject({ code: 2 });
    }));
});
