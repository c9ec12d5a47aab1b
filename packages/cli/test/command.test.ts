import { describe, expect, it } from "vitest";
import { waypost } from "./run.ts";

describe.concurrent("waypost", () => {
  it.each<[string[], string]>([
    [["frobnicate"], "unknown command"],
    [["threads", "--limit", "0"], "whole number"],
    [["sweep"], "--older-than"],
    [["delete"], "name a thread"],
    [["prune", "x", "--older-than", "soon"], "30d"],
    [["show", "x", "--diff", "a"], "two checkpoints"],
  ])("ends with 2 for %j, and says what is wrong", async (args, expected) => {
    const { code, stderr, stdout } = await waypost(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(expected);
  });

  it("never prints the password, in its help or in an error", async () => {
    const url = "postgresql://ann:hunter2@127.0.0.1:1/none";
    for (const args of [["--help"], ["threads", "--help"], ["threads"], ["doctor"], ["setup"]]) {
      const { stdout, stderr } = await waypost(args, "", { DATABASE_URL: url });
      expect(stdout + stderr).not.toContain("hunter2");
      expect(stdout + stderr).not.toBe("");
    }
    const { code, stderr } = await waypost(["threads"], "", { DATABASE_URL: url });
    expect(code).toBe(1);
    expect(stderr).toContain("ECONNREFUSED");
    const broken = { DATABASE_URL: "postgresql://ann:hunter2#2@127.0.0.1/none" };
    const refused = await waypost(["threads"], "", broken);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("encodeURIComponent");
    expect(refused.stderr).not.toContain("hunter2");
  });

  it("asks for a database where none is named", async () => {
    const { code, stderr } = await waypost(["threads"], "", {});
    expect(code).toBe(1);
    expect(stderr).toContain("DATABASE_URL");
  });
});
