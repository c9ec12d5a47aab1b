import { beforeAll, describe, expect, it } from "vitest";
import { exportedThreads } from "../src/exported-rows.ts";
import { withThreads } from "./fixtures.ts";
import { waypost } from "./run.ts";

/** What `export` writes of two threads. */
let lines: string[];
beforeAll(() =>
  withThreads(async (schema) => {
    const { stdout } = await waypost(["export", "other", "chat", "--schema", schema]);
    lines = stdout.trimEnd().split("\n");
  }),
);

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** The ids of the threads and the number of rows, as `import` takes them. */
async function read(text: readonly string[]): Promise<[string, number][]> {
  const threads: [string, number][] = [];
  for await (const { threadId, rows } of exportedThreads(each(text))) {
    let count = 0;
    for await (const _ of rows) count += 1;
    threads.push([threadId, count]);
  }
  return threads;
}

describe("the rows of an export", () => {
  it("are read thread by thread", async () => {
    const threads = await read([...lines, ""]);
    expect(threads.map(([id]) => id)).toEqual(["other", "chat"]);
    expect(threads.reduce((sum, [, count]) => sum + count, 0)).toBe(lines.length - 1);
  });

  const bomb = `{${Array(1000).fill("134217728,134217828").join(",")}}`;
  const segments = (value: unknown): [RegExp, string] => [
    /"segments":(?:null|"[^"]*")/,
    `"segments":${JSON.stringify(value)}`,
  ];
  it.each<[string, RegExp, string, string]>([
    ["a number as id of its thread", /"thread_id":"other"/, '"thread_id":42', "type text"],
    ["no thread", /"thread_id":"other"/, '"thread_id":null', "type text"],
    ["an empty id of its thread", /"thread_id":"other"/, '"thread_id":""', "names no thread"],
    [
      "a table that does not exist",
      /"table":"[^"]*"/,
      '"table":"users"',
      "no row of a known table",
    ],
    ["a column that does not exist", /"checkpoint_ns"/, '"checkpoint_nss"', "no column"],
    ["a number as version", /"version":"[^"]*"/, '"version":1', "type text as its version"],
    ["bytes that are no base64", /"blob":"[^"]*"/, '"blob":"é"', "type bytea as its blob"],
    ["metadata that is no JSON", /"metadata":"\{/, '"metadata":"{{', "type jsonb as its metadata"],
    ["a text as position", /"idx":\d+/, '"idx":"1; --"', "type integer as its idx"],
    ["segments the wrong way round", ...segments("{2,1}"), "bigint[] as its segments"],
    ["segments with a null", ...segments("{1,NULL}"), "bigint[] as its segments"],
    ["segments that are no list", ...segments(7), "bigint[] as its segments"],
    ["segments of 100 bytes, a thousand times", ...segments(bomb), "bigint[] as its segments"],
  ])("are refused with %s, by line", async (_, good, bad, says) => {
    const at = lines.findIndex((line) => good.test(line));
    const changed = lines.with(at, (lines[at] ?? "").replace(good, bad));
    const error = await read(changed).catch((thrown: Error) => thrown.message);
    expect(error).toContain(`Line ${at + 1} `);
    expect(error).toContain(says);
  });

  it("are refused where those of a thread stand in two places", async () => {
    const [header = "", first = "", ...rest] = lines;
    await expect(read([header, ...rest, first])).rejects.toThrow(
      `Line ${lines.length} continues a thread`,
    );
  });
});
