import { describe, expect, it } from "vitest";
import {
  MAX_STORED_SEGMENTS,
  parseSegments,
  readSegments,
  STREAM_BYTES,
  segmentBytes,
  segmentsText,
} from "../../src/sharing/segments.ts";

const pairs = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ from: n * 10, to: n * 10 + 5 }));

describe("segments", () => {
  it.each([0, 1, 2, MAX_STORED_SEGMENTS])("of %i ranges are read as they are written", (count) => {
    const segments = pairs(count).reverse();
    expect(parseSegments(segmentsText(segments))).toEqual(segments);
    expect(segmentBytes(readSegments(segmentsText(segments)))).toBe(count * 5);
  });

  it("may be as large as a stream, at its end", () => {
    const from = 2 ** 53 - 1 - STREAM_BYTES;
    expect(parseSegments(`{${from},${2 ** 53 - 1}}`)).toEqual([{ from, to: 2 ** 53 - 1 }]);
  });

  it.each([
    ["", "no list"],
    ["{1}", "half a range"],
    ["{1,2,}", "a comma too many"],
    ["{1,2,3}", "one and a half"],
    ["{1, 2}", "a space"],
    ["{2,1}", "the wrong way round"],
    ["{1,1}", "empty"],
    ["{-1,2}", "negative"],
    ["{1,1e3}", "not in digits"],
    ["{1,NULL}", "null"],
    ["{{1,2},{3,4}}", "in two dimensions"],
    ["[0:1]={1,2}", "counted from 0"],
    [`{1,${2 ** 53}}`, "more than 53 bits"],
    [`{0,${STREAM_BYTES + 1}}`, "larger than a value"],
    [`{0,${STREAM_BYTES},${STREAM_BYTES},${STREAM_BYTES + 1}}`, "together larger than a value"],
    ["{10,20,5,11}", "overlapping"],
    [segmentsText(pairs(MAX_STORED_SEGMENTS + 1)), "too many"],
  ])("%s are damaged: %s", (text) => {
    expect(() => parseSegments(text)).toThrow("segments are damaged");
    expect(segmentBytes(readSegments(text))).toBe(0);
  });
});
