import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { serializer } from "../../src/serializer/serializer.ts";

const BYTES = new Uint8Array(300).fill(200);
const official = new JsonPlusSerializer();

describe("a text for the official saver", () => {
  it("holds bytes in a form that both serializers read", async () => {
    const serde = serializer();
    const value = { data: BYTES, in: [new Set([new Map([["k", BYTES]])])], text: "{\ud800 é" };
    const text = serde.officialText?.(serde.dumpsText?.(value) ?? "") ?? "";
    expect(await official.loadsTyped("json", text)).toEqual(value);
    expect(await serde.loadsTyped("json", text)).toEqual(value);
  });

  it("is the same where nothing is to be changed", () => {
    const serde = serializer();
    for (const value of [{ a: 1 }, { vector: Float32Array.of(1) }, '"waypost/bytes"']) {
      const text = serde.dumpsText?.(value) ?? "";
      expect(serde.officialText?.(text)).toBe(text);
    }
  });

  it("is never larger than what can be read again", async () => {
    const serde = serializer({ maxBytes: 1000 });
    const text = serde.dumpsText?.({ data: BYTES }) ?? "";
    expect(serializer().officialText?.(text).length).toBeGreaterThan(1000);
    expect(await serde.loadsTyped("json", serde.officialText?.(text) ?? "")).toEqual({
      data: BYTES,
    });
  });
});
