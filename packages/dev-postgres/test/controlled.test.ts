import { ControlledPostgres } from "@waypost/dev-postgres";
import { expect, it, vi } from "vitest";
import { listens, runNode } from "./run.ts";

const INDEX = import.meta.resolve("../src/index.ts");
/** A program that breaks and mends its server all the time, until it is killed. */
const RESTARTING = `
  const { ControlledPostgres } = await import(${JSON.stringify(INDEX)});
  const server = await ControlledPostgres.create();
  console.log(server.url);
  for (;;) {
    await server.kill();
    await server.start();
  }`;

it("is stopped, killed and started again on the same port, and is gone in the end", async () => {
  const server = await ControlledPostgres.create({ settings: { max_connections: "5" } });
  for (const end of ["stop", "kill"] as const) {
    expect(await listens(server.url)).toBe(true);
    await server[end]();
    expect(await listens(server.url)).toBe(false);
    await server.start();
  }
  expect(await listens(server.url)).toBe(true);
  await expect(server.start()).rejects.toThrow("runs already");
  await server[Symbol.asyncDispose]();
  expect(await listens(server.url)).toBe(false);
  await expect(server.start()).rejects.toThrow("has ended");
});

it("leaves nothing behind when the program that breaks it is killed", async () => {
  const program = runNode("--input-type=module", "-e", RESTARTING);
  const url = await program.firstLine();
  program.process.kill("SIGKILL");
  const patience = { timeout: 15_000, interval: 25 };
  await vi.waitFor(() => expect(program.leftovers()).toEqual([]), patience);
  expect(await listens(url)).toBe(false);
});
