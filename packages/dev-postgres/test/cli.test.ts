import { spawnSync } from "node:child_process";
import { expect, it, vi } from "vitest";
import { childrenOf, isRunning, listens, PRINT_AND_WAIT, run } from "./run.ts";

/** Bounded by the clock, not by a guess of how long it takes. */
const PATIENCE = { timeout: 15_000, interval: 25 };

it("runs a command with DATABASE_URL, returns its exit code and leaves nothing behind", async () => {
  const script = "console.log(process.env.DATABASE_URL); process.exit(7)";
  const cli = run(process.execPath, "-e", script);
  const url = await cli.firstLine();
  expect(url).toMatch(/^postgresql:\/\/postgres:\w+@127\.0\.0\.1:\d+\/postgres$/);
  expect(await cli.ended).toBe(7);
  expect(await listens(url)).toBe(false);
  expect(cli.leftovers()).toEqual([]);
});

it("says so where the command does not exist, and leaves nothing behind", async () => {
  const cli = run("no-such-command");
  expect(await cli.ended).toBe(127);
  expect(cli.leftovers()).toEqual([]);
});

it.each(["SIGINT", "SIGTERM"] as const)("ends with its command on %s", async (signal) => {
  const cli = run(...PRINT_AND_WAIT);
  const url = await cli.firstLine();
  cli.process.kill(signal);
  expect(await cli.ended).toBe(signal === "SIGINT" ? 130 : 143);
  expect(await listens(url)).toBe(false);
  expect(cli.leftovers()).toEqual([]);
});

it("leaves nothing behind on Ctrl-C, which reaches its whole process group", async () => {
  const cli = run(...PRINT_AND_WAIT);
  const url = await cli.firstLine();
  process.kill(-(cli.process.pid as number), "SIGINT");
  expect(await cli.ended).toBe(130);
  expect(await listens(url)).toBe(false);
  expect(cli.leftovers()).toEqual([]);
});

it("leaves nothing behind on Ctrl-C while the server is starting", async () => {
  const cli = run(...PRINT_AND_WAIT);
  await vi.waitFor(() => expect(cli.leftovers()).toHaveLength(1), PATIENCE);
  cli.process.kill("SIGINT");
  expect(await cli.ended).toBe(130);
  expect(cli.leftovers()).toEqual([]);
});

it("stops the server and removes its files when it is killed itself", async () => {
  const cli = run(...PRINT_AND_WAIT);
  const url = await cli.firstLine();
  cli.process.kill("SIGKILL");
  await vi.waitFor(async () => expect(await listens(url)).toBe(false), PATIENCE);
  await vi.waitFor(() => expect(cli.leftovers()).toEqual([]), PATIENCE);
});

it("starts no server for a parent that was killed meanwhile", async () => {
  const cli = run(...PRINT_AND_WAIT);
  await vi.waitFor(() => expect(cli.leftovers()).toHaveLength(1), PATIENCE);
  const supervisors = childrenOf(cli.process.pid);
  expect(supervisors).toHaveLength(1);
  cli.process.kill("SIGKILL");
  await vi.waitFor(() => expect(cli.leftovers()).toEqual([]), PATIENCE);
  await vi.waitFor(() => expect(supervisors.filter(isRunning)).toEqual([]), PATIENCE);
});

const dieWithParent = spawnSync("setpriv", ["--pdeathsig", "INT", "true"]).status === 0;

it.runIf(dieWithParent)(
  "stops the server when its supervisor is killed (needs setpriv)",
  async () => {
    const cli = run(...PRINT_AND_WAIT);
    const url = await cli.firstLine();
    const supervisor = childrenOf(cli.process.pid).find((pid) => childrenOf(pid).length > 0);
    process.kill(supervisor as number, "SIGKILL");
    await vi.waitFor(async () => expect(await listens(url)).toBe(false), PATIENCE);
    cli.process.kill("SIGTERM");
    expect(await cli.ended).toBe(143);
  },
);
