import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { collect, databaseUrl, thread, withClient } from "@waypost/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { Session } from "../src/session.ts";
import { ViewServer } from "../src/view/server.ts";
import { type View, withView } from "./browser.ts";
import { withThreads } from "./fixtures.ts";
import { waypost } from "./run.ts";

const NAMES = [
  ...["threads", "version", "outline", "lines", "step", "channels", "value", "messages"],
  ...["diff", "writes", "write", "raw"],
];

/** Only this client says itself what `Host` is. */
async function ask(
  { origin, token }: View,
  path: string,
  { method = "GET", headers = { authorization: `Bearer ${token}` } as IncomingHttpHeaders } = {},
) {
  const sent = request(origin, { path, method, headers });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = Buffer.concat(await response.toArray()).toString();
  return { status: response.statusCode, headers: response.headers, body };
}

const withChat = (work: (view: View, schema: string) => Promise<void>) =>
  withThreads(async (schema) => {
    const { code, stderr } = await withView(["--schema", schema], (view) => work(view, schema));
    expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
  });

describe.concurrent("waypost view refuses", () => {
  it("what comes without its token, or with another", () =>
    withChat(async (view) => {
      for (const name of NAMES) {
        const path = `/api/${name}?thread=chat`;
        for (const authorization of [undefined, "", "Bearer ", "Bearer x", view.token]) {
          const headers = authorization === undefined ? {} : { authorization };
          const { status, body } = await ask(view, path, { headers });
          expect({ name, status, body }).toMatchObject({ status: 401 });
          expect(body).not.toContain("chat");
        }
      }
      const cookie = { cookie: `token=${view.token}` };
      expect((await ask(view, "/api/threads", { headers: cookie })).status).toBe(401);
      expect((await ask(view, `/api/threads?token=${view.token}`, { headers: {} })).status).toBe(
        401,
      );
    }));

  it("sites whose name resolves to this machine", () =>
    withChat(async (view) => {
      const authorization = `Bearer ${view.token}`;
      for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"]) {
        for (const path of ["/", "/api/threads"]) {
          const { status } = await ask(view, path, { headers: { host, authorization } });
          expect({ host, status }).toEqual({ host, status: 403 });
        }
      }
      for (const host of ["localhost:8080", "127.0.0.1", "[::1]:4400"]) {
        const { status } = await ask(view, "/api/threads", { headers: { host, authorization } });
        expect({ host, status }).toEqual({ host, status: 200 });
      }
    }));

  it("other methods than GET, other paths, and parameters that are none", () =>
    withChat(async (view) => {
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"]) {
        expect((await ask(view, "/api/threads", { method })).status).toBe(405);
      }
      for (const path of [
        "/api/",
        "/api/constructor",
        "/api/__proto__",
        "/../../package.json",
        "//",
      ]) {
        expect((await ask(view, path)).status).toBe(404);
      }
      for (const path of [
        "/api/outline",
        "/api/step?thread=chat",
        "/api/raw?thread=chat&id=x&from=-1",
        "/api/value?thread=chat&id=x&channel=log&path=a",
        "/api/threads?metadata=x",
        "/api/threads?status=done",
        "/api/threads?updatedAfter=soon",
        `/api/lines?thread=chat&${"id=x&".repeat(300)}`,
      ]) {
        expect({ path, status: (await ask(view, path)).status }).toEqual({ path, status: 400 });
      }
      for (const path of ["/api/outline?thread=none", "/api/step?thread=chat&id=none"]) {
        expect((await ask(view, path)).status).toBe(404);
      }
    }));

  it("connections from other machines", () =>
    withChat(async ({ origin }) => {
      const addresses = Object.values(networkInterfaces())
        .flatMap((of) => of ?? [])
        .filter(({ internal, family }) => !internal && family === "IPv4");
      for (const { address } of addresses) {
        const socket = connect(Number(new URL(origin).port), address);
        await expect(once(socket, "connect")).rejects.toThrow("ECONNREFUSED");
      }
      expect((await fetch(origin)).status).toBe(200);
    }));
});

describe.concurrent("waypost view", () => {
  it("lets nothing of what it shows run, be framed or be kept, whatever it answers", () =>
    withChat(async (view) => {
      for (const path of ["/", "/page.js", "/page.css", "/icon.svg", "/api/threads", "/none"]) {
        const { headers } = await ask(view, path);
        const policy = String(headers["content-security-policy"]);
        expect(policy).toContain("default-src 'none'");
        expect(policy).toContain("frame-ancestors 'none'");
        expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
        expect(headers).toMatchObject({
          "x-content-type-options": "nosniff",
          "x-frame-options": "DENY",
          "cache-control": "no-store",
          "referrer-policy": "no-referrer",
        });
        expect(headers).not.toHaveProperty("access-control-allow-origin");
      }
      const { body } = await ask(view, "/", { headers: {} });
      expect(body).not.toContain(view.token);
      expect(body).not.toMatch(/<script>|onload|style=/);
    }));

  it("makes a token of its own each time", () =>
    withChat((one, schema) =>
      withView(["--schema", schema], async (other) => {
        expect(other.token).not.toBe(one.token);
        expect(Buffer.from(one.token, "base64url")).toHaveLength(32);
        const headers = { authorization: `Bearer ${one.token}` };
        expect((await ask(other, "/api/threads", { headers })).status).toBe(401);
      }).then(({ code }) => expect(code).toBe(130)),
    ));

  it("gives its token to the browser that it starts, once", () =>
    withThreads(async (schema) => {
      await using session = new Session({ database: databaseUrl(), schema, json: false });
      const secrets = { token: "the token", code: "the code" };
      await using server = await ViewServer.listen(session, 0, secrets);
      const get = async (name: string, secret: string) => {
        const headers = { authorization: `Bearer ${secret}` };
        const response = await fetch(`${server.origin}/api/${name}`, { headers });
        return response.status === 200 ? await response.json() : response.status;
      };
      expect(await get("token", "another code")).toBe(401);
      expect(await get("threads", "the code")).toBe(401);
      expect(await get("token", "the code")).toBe("the token");
      expect(await get("token", "the code")).toBe(401);
      expect(await get("threads", "the token")).toMatchObject({ more: false });
    }));

  it("ends with Ctrl-C, with requests under way, and leaves no connection", ({ expect: soon }) =>
    withThreads(async (schema) => {
      const name = `view ${schema}`;
      const url = new URL(databaseUrl());
      url.searchParams.set("application_name", name);
      const connections = () =>
        withClient(async (client) => {
          const text = "SELECT pid FROM pg_stat_activity WHERE application_name = $1";
          return (await client.query(text, [name])).rows.length;
        });
      const { code, stderr } = await withView(
        ["--schema", schema],
        async (view) => {
          expect((await ask(view, "/api/outline?thread=chat")).status).toBe(200);
          expect(await connections()).toBeGreaterThan(0);
          connect(Number(new URL(view.origin).port), "127.0.0.1").on("error", () => {});
        },
        url.href,
      );
      expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
      await soon.poll(connections).toBe(0);
    }));

  it("reads only", () =>
    withThreads(async (schema, saver) => {
      const all = async () => {
        const tables = ["checkpoints", "checkpoint_blobs", "checkpoint_writes"];
        return withClient(async (client) => {
          const rows = tables.map((name) =>
            client.query(`SELECT t::text FROM ${schema}.${name} t ORDER BY 1`),
          );
          return (await Promise.all(rows)).map((result) => result.rows);
        });
      };
      const before = await all();
      const [newest] = await collect(saver.list(thread("chat")));
      const at = `thread=chat&id=${newest?.checkpoint.id}&channel=log&position=0`;
      await withView(["--schema", schema], async (view) => {
        for (const name of NAMES) {
          const { status } = await ask(view, `/api/${name}?${at}`);
          expect({ name, status }).toEqual({ name, status: name === "write" ? 404 : 200 });
        }
      });
      expect(await all()).toEqual(before);
    }));

  it("says before it serves that there is no such thread, no table, or that the port is taken", () =>
    withThreads(async (schema) => {
      const none = await waypost(["view", "none", "--schema", schema]);
      expect(none).toMatchObject({ code: 1, stdout: "" });
      expect(none.stderr).toContain('error: There is no thread "none" in schema');
      const missing = await waypost(["view", "--schema", "nowhere"]);
      expect(missing).toMatchObject({ code: 1, stdout: "" });
      expect(missing.stderr).toContain("The tables are missing");
      await withView(["--schema", schema], async ({ origin }) => {
        const taken = await waypost(["view", "--schema", schema, "--port", new URL(origin).port]);
        expect(taken).toMatchObject({ code: 1, stdout: "" });
        expect(taken.stderr).toContain("EADDRINUSE");
      });
      expect((await waypost(["view", "--port", "x"])).code).toBe(2);
    }));
});
