import { compareChannelVersions, maxChannelVersion } from "@langchain/langgraph-checkpoint";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextVersion } from "../src/checkpoints/versions.ts";

const padded = (n: bigint | string) => String(n).padStart(32, "0");
const fraction = fc.stringMatching(/^\d{1,17}$/);
const texts = fc
  .tuple(fc.bigInt(0n, 10n ** 32n - 3n), fraction)
  .map(([n, digits]) => `${padded(n)}.${digits}`);
const near = fc
  .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -1, max: 1 }), fraction)
  .map(([power, off, digits]) => `${padded(10n ** BigInt(power) + BigInt(off))}.${digits}`);

describe("the next version of a text", () => {
  it("is greater than it, however LangGraph compares them", () => {
    fc.assert(
      fc.property(fc.oneof(texts, near), (current) => {
        const next = nextVersion(current);
        expect(next > current).toBe(true);
        expect(compareChannelVersions(next, current)).toBe(1);
        expect(next).toHaveLength(32 + 1 + 16);
        expect(nextVersion(next) > next).toBe(true);
      }),
    );
  });

  it("is greater than all that the greatest was chosen from", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(texts, near), { minLength: 1 }), (versions) => {
        const next = nextVersion(maxChannelVersion(...(versions as never[])));
        for (const version of versions) expect(next > version).toBe(true);
      }),
    );
  });

  it("is never the same twice", () => {
    const current = `${padded(1n)}.5`;
    expect(new Set(Array.from({ length: 1000 }, () => nextVersion(current))).size).toBe(1000);
  });

  it.each([
    ["Python's", `${padded(2n)}.0.8444218515250481`, "written by Python's saver"],
    [
      "Python's, of a short fraction",
      `${padded(2n)}.0000000000000.25`,
      "written by Python's saver",
    ],
    ["Python's, of a tiny one", `${padded(2n)}.0000000008.7e-05`, "written by Python's saver"],
    ["a whole number", "2", "not known"],
    ["a short one", "0002.5", "not known"],
    ["a word", "v2", "not known"],
    ["nothing", "", "not known"],
  ])("does not exist for %s", (_, current, problem) => {
    expect(() => nextVersion(current)).toThrow(problem);
  });
});
