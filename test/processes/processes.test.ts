import { databaseUrl } from "@waypost/conformance/database";
import { describe, expect, it } from "vitest";
import { Round } from "./round.ts";

const PATIENCE_MS = 120_000;

describe("processes on the same threads, of which some are removed meanwhile", () => {
  it(
    "lose nothing, and read nothing that nobody put",
    async () => {
      const options = { url: databaseUrl(), seed: 1, milliseconds: 10_000 };
      const outcome = await new Round(options).run();
      expect(outcome.findings).toEqual([]);
      expect(outcome.checked).toBeGreaterThan(50);
    },
    PATIENCE_MS,
  );

  it(
    "nor where processes are killed and connections ended",
    async () => {
      const options = { url: databaseUrl(), seed: 2, milliseconds: 10_000, rough: true };
      const outcome = await new Round(options).run();
      expect(outcome.findings).toEqual([]);
      expect(outcome.kills).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  it(
    "and where something is lost, damaged or left behind, it is found",
    async () => {
      const outcome = await new Round({
        ...{ url: databaseUrl(), seed: 3, milliseconds: 2000 },
        async tamper(client, schema) {
          const kept = `FROM ${schema}.checkpoints WHERE thread_id = 'kept 1'`;
          await client.query(
            `DELETE FROM ${schema}.checkpoints WHERE thread_id = 'kept 1' AND checkpoint_id =
            (SELECT min(checkpoint_id) ${kept})`,
          );
          await client.query(
            `UPDATE ${schema}.checkpoint_blobs SET type = 'json', segments = NULL, blob = '{"items":[]}'
           WHERE thread_id = 'kept 2' AND channel = 'counter'`,
          );
          await client.query(
            `INSERT INTO ${schema}.waypost_parts (thread_id, position, bytes)
           SELECT thread_id, 1, 'left' FROM (VALUES ('copy 0.0 0'), ('kept 3')) AS v(thread_id)`,
          );
        },
      }).run();
      expect(outcome.findings).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^kept 1: checkpoint .* was acknowledged and is lost$/),
          expect.stringMatching(/^kept 2, checkpoint .*: channel counter is not what was put$/),
          "kept 3: parts that no value has",
        ]),
      );
    },
    PATIENCE_MS,
  );
});
