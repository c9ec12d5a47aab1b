import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Ext,
  keywords,
  method,
  one,
  pack,
  positional,
  pydantic,
} from "../../../conformance/src/msgpack.ts";
import { hex, read, reread } from "./python.ts";

describe("hostile rows", () => {
  const refused = (bytes: Uint8Array, message = "") => {
    const error = expect.objectContaining({
      code: "WAYPOST_SERIALIZATION",
      message: expect.stringContaining(message),
    });
    expect(() => read(bytes)).toThrow(error);
  };
  const nested = (levels: number) => Buffer.concat([Buffer.alloc(levels, 0x91), pack(null)]);
  const nestedObjects = (levels: number) => {
    let value: Ext | null = null;
    for (let i = 0; i < levels; i++) value = one("builtins", "list", value);
    return pack(value);
  };

  it("announce no more than they hold", () => {
    refused(hex("dd ffffffff"), "announces too much");
    refused(hex("df ffffffff"), "announces too much");
    // Each list alone could fit, but together they would take 8 bytes a byte for every level.
    refused(
      Buffer.concat([...Array(100).fill(hex("dd 000001f4")), Buffer.alloc(1000)]),
      "too much",
    );
  });

  it("are nested up to a limit", () => {
    expect(JSON.stringify(read(nested(512)))).toHaveLength(512 * 2 + 4);
    refused(nested(513), "512 levels");
    refused(nested(1_000_000), "512 levels");
    expect(read(nestedObjects(255))).toBeNull();
    refused(nestedObjects(600), "512 levels");
  });

  it("name types that stay data, and set no prototype", () => {
    for (const type of ["__proto__", "constructor", "toString"]) {
      expect(reread(pydantic("langchain_core.messages.human", type, { a: 1 }))).toEqual({
        python: `langchain_core.messages.human.${type}`,
        value: { a: 1 },
      });
    }
    refused(hex("81", "a9 5f5f70726f746f5f5f", "81 a161 01"));
    expect(reread({ constructor: 1, toString: 2 })).toEqual({ constructor: 1, toString: 2 });
  });

  it.each([
    ["no bytes", hex("")],
    ["more bytes than a value", hex("01 02")],
    ["text that is not UTF-8", hex("a2 c328")],
    ["the byte that means nothing", hex("c1")],
    ["an object of nothing", pack(new Ext(0, new Uint8Array()))],
    ["an object of one thing", pack(new Ext(0, pack(["datetime"])))],
    ["an object that is a dict", pack(new Ext(5, pack({ a: 1 })))],
    ["an object with names that are no text", pack(one(1 as never, 2 as never, 3))],
  ])("of %s are refused", (_, bytes) => refused(bytes));

  it("of objects with other arguments than theirs are data, or refused", () => {
    const MISFITS = [
      one("builtins", "set", 5),
      one("uuid", "UUID", { a: 1 }),
      one("decimal", "Decimal", [1]),
      positional("pathlib", "PosixPath", [1]),
      positional("datetime", "date", [1]),
      method("datetime", "datetime", { a: 1 }, "fromisoformat"),
      positional("langgraph.types", "Send", ["a"]),
      keywords("langgraph.types", "Command", []),
      keywords("langgraph.types", "Overwrite", {}),
      new Ext(6, pack(null)),
      pydantic("langchain_core.messages.human", "HumanMessage", [1]),
      pydantic("langchain_core.messages.ai", "AIMessage", { content: 5, tool_calls: 5 }),
      pydantic("langchain_core.messages.ai", "AIMessage", { content: "", response_metadata: 5 }),
      pydantic("langchain_core.documents.base", "Document", { metadata: 5 }),
    ];
    for (const misfit of MISFITS) settles(() => reread(misfit));
  });

  /** It returns, or throws an error of ours; anything else fails the test. */
  const settles = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      expect(error).toMatchObject({ code: "WAYPOST_SERIALIZATION" });
    }
  };

  it("of any bytes, or of good ones cut off or changed anywhere, are read or refused", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => settles(() => read(bytes))));
    const good = pack([
      pydantic("langchain_core.messages.ai", "AIMessage", {
        content: "c",
        tool_calls: [{ id: "1" }],
      }),
      one("builtins", "set", [{ a: 1.5, b: null }]),
      new Ext(7, pack(["x".repeat(300)])),
    ]);
    for (let i = 0; i < good.length; i++) {
      refused(good.subarray(0, i));
      for (const flip of [1, 0x10, 0x80, 0xff]) {
        const changed = Buffer.from(good);
        changed[i] = (changed[i] as number) ^ flip;
        settles(() => read(changed));
      }
    }
  });
});
