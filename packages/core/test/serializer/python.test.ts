import { HumanMessage } from "@langchain/core/messages";
import { DeltaSnapshot } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { pack } from "../../../conformance/src/msgpack.ts";
import { decodePython } from "../../src/serializer/python/index.ts";
import { ext8, hex, read } from "./python.ts";

describe("values of Python's saver, byte by byte", () => {
  const VECTORS: [string, Buffer, unknown][] = [
    ["a list of ints", hex("93", "00", "7f", "e0"), [0, 127, -32]],
    ["ints of 8, 16 and 32 bits", hex("93", "cc80", "d1ff00", "ce80000000"), [128, -256, 2 ** 31]],
    ["an int of 64 bits", hex("cf 0000018bcfe56800"), 1_700_000_000_000],
    ["an int beyond 2^53", hex("cf 0020000000000001"), 2n ** 53n + 1n],
    ["the least int", hex("d3 8000000000000000"), -(2n ** 63n)],
    ["a float", hex("cb 3ff8000000000000"), 1.5],
    ["None, True and False", hex("93 c0 c3 c2"), [null, true, false]],
    ["a dict", hex("81", "a161", "91 a162"), { a: ["b"] }],
    [
      "a dict of ints",
      hex("82", "01 a161", "a131 a162"),
      new Map<unknown, string>([
        ["1", "b"],
        [1, "a"],
      ]),
    ],
    [
      "a dict of None, bool and tuple",
      hex("83", "c0 01", "c3 02", "920102 03"),
      new Map<unknown, number>([
        [null, 1],
        [true, 2],
        [[1, 2], 3],
      ]),
    ],
    ["a name that begins with NUL", hex("81", "a20061", "01"), { "\0a": 1 }],
    ["bytes", hex("c4 03 00ff10"), new Uint8Array([0, 255, 16])],
    ["text", hex("a6 68c3a96c6c6f"), "héllo"],
    [
      "a frozenset",
      ext8(
        0, // a constructor with one argument
        "93", //                    a list of three
        "a8 6275696c74696e73", //   "builtins"
        "a9 66726f7a656e736574", // "frozenset"
        "92 01 02", //              [1, 2]
      ),
      new Set([1, 2]),
    ],
    [
      "a datetime",
      ext8(
        3, // a method with one argument
        "94", //                  a list of four
        "a8 6461746574696d65", // "datetime", the module
        "a8 6461746574696d65", // "datetime", the class
        "d9 19 323032342d30312d30325430333a30343a30352b30303a3030", // its isoformat()
        "ad 66726f6d69736f666f726d6174", // "fromisoformat"
      ),
      new Date("2024-01-02T03:04:05Z"),
    ],
    [
      "a message",
      ext8(
        5, // a model of pydantic 2
        "94", // a list of four
        "bd 6c616e67636861696e5f636f72652e6d657373616765732e68756d616e", // its module
        "ac 48756d616e4d657373616765", // "HumanMessage"
        "82", //                          a dict of two fields
        "a7 636f6e74656e74 a2 6869", //   content: "hi"
        "a2 6964 c0", //                  id: None
        "b3 6d6f64656c5f76616c69646174655f6a736f6e", // "model_validate_json"
      ),
      new HumanMessage("hi"),
    ],
    ["a delta snapshot", hex("d6", "07", "93 01 02 03"), new DeltaSnapshot([1, 2, 3])],
  ];
  it.each(VECTORS)("reads %s", (_, bytes, expected) => {
    expect(read(bytes)).toEqual(expected);
  });
});

describe("types of Python's saver", () => {
  it("reads null, bytearray", () => {
    expect(decodePython("null", new Uint8Array())).toBeNull();
    expect(decodePython("bytearray", Buffer.from([1, 2]))).toEqual(new Uint8Array([1, 2]));
  });

  it.each([
    ["pickle", "never read"],
    ["msgpack+aes", "encrypted"],
    ["json+aes", "encrypt("],
    ["json+zstd", "compress("],
    ["msgpack+zlib", "type is unknown"],
    ["toString", "type is unknown"],
  ])("refuses %s", (type, message) => {
    expect(() => decodePython(type, pack([1]))).toThrow(message);
  });
});
