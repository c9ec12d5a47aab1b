import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { MODES, type Mode, type Step } from "./modes.ts";

/** As a user runs it, hence against the built packages; rejects unless it exits with 0. */
async function output(mode: Mode, { file, act }: Step, ...thread: string[]): Promise<string> {
  const { OPENAI_API_KEY: _, ...env } = process.env;
  const cwd = fileURLToPath(new URL(mode.folder, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file, act, ...thread], {
    cwd,
    env,
  });
  return stdout;
}

const linesFrom = (text: string, start: string): string[] =>
  text
    .slice(text.indexOf(start))
    .split("\n")
    .map((line) => line.trim());

describe.each(MODES)("the example of: $title", (mode) => {
  it("continues and forks one conversation in processes of their own", async () => {
    const outputs: string[] = [];
    for (const step of mode.steps) outputs.push(await output(mode, step));
    const [first = "", second = "", third = "", fourth] = outputs;

    expect(first).toContain("agent: In sf: It's 60 degrees and foggy.");
    // The question names no city: the answer is in what the first process left.
    expect(linesFrom(second, "human:").slice(0, 2)).toEqual([
      "human: do I need a jacket there?",
      "agent: Yes, take a jacket: you asked about sf, and there it's 60 degrees and foggy.",
    ]);
    expect(linesFrom(third, 'branch "original"').slice(1, 4)).toEqual([
      "human: what's the weather in sf",
      "human: do I need a jacket there?",
      "agent: Yes, take a jacket: you asked about sf, and there it's 60 degrees and foggy.",
    ]);
    expect(linesFrom(third, 'branch "fork"').slice(1, 5)).toEqual([
      "human: what's the weather in sf",
      "human: and what's the weather in nyc?",
      "agent: In nyc: It's 90 degrees and sunny.",
      "both branches are intact",
    ]);
    if (mode.folder === "transaction") {
      const [, committed] = /now there are (.*)/.exec(third) ?? [];
      expect(committed).toMatch(/\d+ checkpoints and 3 questions/);
      expect(fourth).toContain(`rolled back together, still there are ${committed}`);
    }
  });

  it("fails where the first act left nothing", async () => {
    const [first] = mode.steps;
    const step = { file: first?.file ?? "", act: "follow-up" } as const;
    await expect(output(mode, step, "empty")).rejects.toThrow("The thread is empty");
  });
});
