import { expect, it } from "vitest";
import { setupScript } from "../src/schema/setup.ts";

it("the script for Citus distributes each table once, all of a thread on one node", () => {
  const script = setupScript("it's", { distribute: "citus" });
  const calls = [
    ...script.matchAll(
      /^SELECT (create_.*) WHERE NOT EXISTS \(\n.*logicalrelid = (.*)::regclass\n\);$/gm,
    ),
  ];
  const table = (name: string) => `'"it''s".${name}'`;
  const distributed = (name: string, colocateWith: string) =>
    `create_distributed_table(${table(name)}, 'thread_id', colocate_with => ${colocateWith})`;
  const first = table("checkpoints");
  expect(calls.map(([, call, once]) => [call, once])).toEqual([
    [`create_reference_table(${table("waypost_settings")})`, table("waypost_settings")],
    [distributed("checkpoints", "'none'"), first],
    [distributed("checkpoint_blobs", first), table("checkpoint_blobs")],
    [distributed("checkpoint_writes", first), table("checkpoint_writes")],
    [distributed("waypost_parts", first), table("waypost_parts")],
    [distributed("waypost_deleted_threads", first), table("waypost_deleted_threads")],
  ]);
  expect(script.indexOf("create_")).toBeGreaterThan(script.lastIndexOf("CREATE TABLE"));
  expect(script.trimEnd().endsWith("COMMIT;")).toBe(true);
});

it("the script says how values are stored", () => {
  expect(setupScript("public", { storage: "whole" })).toContain("VALUES ('storage', 'whole')");
});
