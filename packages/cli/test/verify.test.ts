import { withClient } from "@waypost/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { json, withThreads } from "./fixtures.ts";
import { waypost } from "./run.ts";

describe.concurrent("waypost verify", () => {
  it("is content with a sound thread, and fails for a damaged one, for scripts too", () =>
    withThreads(async (schema) => {
      const sound = await waypost(["verify", "--schema", schema]);
      expect(sound).toEqual({ code: 0, stdout: "Nothing is wrong.\n", stderr: "" });
      await withClient((client) =>
        client.query(
          `DELETE FROM ${schema}.checkpoint_blobs WHERE thread_id = 'chat' AND channel = 'log'`,
        ),
      );
      const damaged = await waypost(["verify", "--schema", schema]);
      expect(damaged.code).toBe(1);
      expect(damaged.stdout).toContain("chat: missing: channel log");
      const [first] = (await waypost(["verify", "--json", "--schema", schema])).stdout.split("\n");
      expect(json(first ?? "")).toMatchObject({
        threadId: "chat",
        problems: expect.arrayContaining([expect.objectContaining({ kind: "missing" })]),
      });
    }));
});
