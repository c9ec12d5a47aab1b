import { readFileSync } from "node:fs";
import { DatabaseError, InvalidInputError, sqlState } from "@waypost/core/adapter";
import { describe, expect, it } from "vitest";
import { databaseError, ERROR_CODES } from "../src/errors/errors.ts";
import { failureOf } from "../src/errors/sqlstate.ts";
import * as core from "../src/index.ts";
import { rowsUnder } from "./markdown.ts";

const withCode = (code: string, cause?: unknown) =>
  Object.assign(new Error("a message that quotes the secret value", { cause }), { code });

describe("errors of a driver", () => {
  it("finds the SQLSTATE through the causes that query builders wrap it in", () => {
    const error = new Error("outer", { cause: new Error("middle", { cause: withCode("40001") }) });
    expect(sqlState(error)).toBe("40001");
  });

  it("takes no system code for a SQLSTATE, though it may be five letters long", () => {
    expect(sqlState(withCode("EPIPE"))).toBeUndefined();
    expect(databaseError("put", withCode("EPIPE")).code).toBe("EPIPE");
  });

  it("ends on causes that lead back to themselves", () => {
    const error = new Error("loop");
    error.cause = error;
    expect(sqlState(error)).toBeUndefined();
  });

  it("looks into the attempts of a connection to several addresses", () => {
    const error = new AggregateError([withCode("ECONNREFUSED"), withCode("ECONNREFUSED")]);
    expect(databaseError("put", error)).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("says what failed and what to do, keeps the cause, and repeats no message of the server", () => {
    const cause = withCode("42P01");
    const error = databaseError("getTuple", cause);
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ name: "DatabaseError", code: "42P01", cause });
    expect(error.message).toMatch(/^getTuple failed: .*setup\(\).*SQLSTATE 42P01/);
    expect(error.message).not.toContain("secret");
  });

  it("names where it could not connect, and asks for DATABASE_URL where that is the default", () => {
    const refused = Object.assign(withCode("ECONNREFUSED"), { address: "::1", port: 5432 });
    expect(databaseError("put", new AggregateError([refused])).message).toBe(
      "put failed: Postgres can't be reached at [::1]:5432; check host and port, and that the server runs. This is the driver's default: is DATABASE_URL set? (ECONNREFUSED).",
    );
    const socket = Object.assign(withCode("ENOENT"), { address: "/run/.s.PGSQL.5432" });
    expect(databaseError("put", socket).message).toContain("reached at /run/.s.PGSQL.5432;");
  });

  it("leaves an error of ours as it is", () => {
    const error = new InvalidInputError("pass something else");
    expect(databaseError("put", error)).toBe(error);
  });

  it.each([
    ["26000", "unprepared"],
    ["42P05", "unprepared"],
    ["40001", "refused"],
    ["57P01", "lost"],
    ["ECONNREFUSED", "unready"],
    ["42P01", undefined],
  ])("knows what %s says of the statement", (code, failure) => {
    expect(failureOf(withCode(code))).toBe(failure);
  });

  it("knows what pg says without a code", () => {
    expect(failureOf(new Error("Connection terminated unexpectedly"))).toBe("lost");
    expect(failureOf(new Error("timeout exceeded when trying to connect"))).toBe("unready");
    expect(failureOf(new Error("secret"))).toBeUndefined();
  });
});

describe("the classes of errors", () => {
  it("are those of docs/errors.md, with their codes", () => {
    const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
    const told: Record<string, string[]> = {};
    for (const [name = "", codes = ""] of rowsUnder(page, "# Errors")) {
      const all = [...codes.matchAll(/`(WAYPOST_\w+)`/g)].map(([, code]) => code ?? "");
      told[name.replaceAll("`", "")] = [...(told[name.replaceAll("`", "")] ?? []), ...all];
    }
    expect(told).toEqual(ERROR_CODES);
  });

  it.each(Object.keys(ERROR_CODES))("%s is exported, and a WaypostError", (name) => {
    const { [name as "LockError"]: made } = core;
    expect(made.prototype).toBeInstanceOf(core.WaypostError);
  });

  it.each([
    ["InvalidInputError", new core.InvalidInputError("")],
    ["SerializationError", new core.SerializationError("")],
    ["TimeoutError", new core.TimeoutError("")],
  ] as const)("%s has its only code", (name, { code }) => {
    expect([code]).toEqual(ERROR_CODES[name]);
  });
});
