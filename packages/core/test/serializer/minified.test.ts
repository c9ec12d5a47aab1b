import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Document } from "@langchain/core/documents";
import { AIMessage, RemoveMessage } from "@langchain/core/messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serializer } from "../../src/serializer/serializer.ts";

/** What an application bundles: the serializer, LangChain and its own code, with all names made short. */
const APPLICATION = `
  import * as documents from "@langchain/core/documents";
  import { BaseMessage } from "@langchain/core/messages";
  import { MESSAGES, SAMPLES } from "./packages/conformance/src/samples/index.ts";
  import { serializer } from "./packages/core/src/index.ts";
  import { isDeepStrictEqual } from "node:util";

  const fields = (value) => value instanceof BaseMessage
    ? Object.entries(value).filter(([name]) => name !== "lc_kwargs") : value;
  const serde = serializer();
  const failed = [];
  for (const sample of SAMPLES) {
    try {
      const read = (await serde.loadsTyped(...(await serde.dumpsTyped({ a: sample.value })))).a;
      const expected = "readsAs" in sample ? sample.readsAs : sample.value;
      if (!isDeepStrictEqual(fields(read), fields(expected))) failed.push(sample.kind);
      if (Object.getPrototypeOf(Object(read)) !== Object.getPrototypeOf(Object(expected))) failed.push(sample.kind);
    } catch (error) { failed.push(sample.kind + ": " + error.message); }
  }
  class Mine extends MESSAGES[0].value.constructor {}
  class MyPage extends documents.Document {}
  for (const refused of [new Mine("a"), new MyPage({ pageContent: "a" })]) {
    await serde.dumpsTyped(refused).then(() => failed.push("not refused"), () => {});
  }
  // The record of each message, which another build has to read.
  const ids = MESSAGES.map(({ value }) => JSON.parse(serde.dumpsText(value)).id.at(-1));
  console.log(JSON.stringify({ kinds: SAMPLES.length, failed, ids, name: documents.Document.name }));
`;

/** Another copy of LangChain than the serializer's, as where the savers are not bundled. */
const COPY = `
  import { Document } from "@langchain/core/documents";
  import { AIMessage, RemoveMessage } from "@langchain/core/messages";
  export default [
    new Document({ pageContent: "a", metadata: { b: 1 }, id: "c" }),
    new RemoveMessage({ id: "1" }),
    new AIMessage("a"),
  ];
`;

const root = join(import.meta.dirname, "../../../..");
/** esbuild comes with tsup. */
const esbuild = createRequire(createRequire(join(root, "package.json")).resolve("tsup"))("esbuild");

interface Report {
  readonly kinds: number;
  readonly failed: readonly string[];
  readonly ids: readonly string[];
  readonly name: string;
}

describe("a bundle without the names of classes", () => {
  let folder: string;
  let report: Report;

  async function bundle(contents: string, name: string): Promise<string> {
    const outfile = join(folder, name);
    await esbuild.build({
      stdin: { contents, resolveDir: root, loader: "ts" },
      nodePaths: [
        join(root, "packages/conformance/node_modules"),
        join(root, "packages/core/node_modules"),
      ],
      bundle: true,
      minify: true,
      platform: "node",
      format: "esm",
      conditions: ["waypost-source"],
      banner: {
        js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);",
      },
      outfile,
    });
    return outfile;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "waypost-minified-"));
    const outfile = await bundle(APPLICATION, "application.mjs");
    report = JSON.parse(execFileSync(process.execPath, [outfile], { encoding: "utf8" }));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it("has none of them", () => expect(report.name).not.toBe("Document"));

  it("stores every kind of value, and reads it back equal", () => {
    expect(report.kinds).toBeGreaterThan(60);
    expect(report.failed).toEqual([]);
  });

  it("of LangChain is another copy, whose objects are stored too", async () => {
    const values = (await import(await bundle(COPY, "copy.mjs"))).default as object[];
    const serde = serializer();
    const read = (await serde.loadsTyped(...(await serde.dumpsTyped(values)))) as object[];
    expect(values[0]).not.toBeInstanceOf(Document);
    for (const [i, Class] of [Document, RemoveMessage, AIMessage].entries()) {
      expect(read[i]).toEqual(Object.assign(Object.create(Class.prototype), values[i]));
      expect(Object.getPrototypeOf(read[i])).toBe(Class.prototype);
    }
  });

  it("writes the names that every other build reads", () => {
    expect(report.ids).toContain("RemoveMessage");
    for (const name of report.ids) expect(name).toMatch(/^[A-Z][a-zA-Z]+$/);
  });
});
