import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errorLines } from "../errors.ts";
import type { Session } from "../session.ts";
import { assets } from "./assets.ts";
import { BadRequest, NotFound } from "./errors.ts";
import { hasToken, isForLoopback, protect } from "./guard.ts";
import { Query } from "./query.ts";
import { type Routes, routes } from "./routes.ts";

const API = "/api/";
const LOCKED = "Open the address that `waypost view` has printed: it holds the token.";

export interface Secrets {
  /** Whoever has it may read; the page shows nothing without. */
  readonly token: string;
  /** Gets the token, once: for a command line, which other users of the machine can see. */
  readonly code?: string | undefined;
}

/** A page on this machine's loopback that looks into a database. */
export class ViewServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #token: string;
  #code: string | undefined;
  /** For errors. */
  readonly #place: string;
  readonly #routes: Routes;
  readonly #assets = assets();

  private constructor(session: Session, { token, code }: Secrets) {
    this.#token = token;
    this.#code = code;
    this.#routes = routes(session);
    this.#place = session.place;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => response.destroy(error as Error));
    });
  }

  /**
   * @param port 0 for one that is free
   * @throws Error if the port is taken
   */
  static async listen(session: Session, port: number, secrets: Secrets): Promise<ViewServer> {
    const view = new ViewServer(session, secrets);
    view.#server.listen(port, "127.0.0.1");
    await once(view.#server, "listening");
    return view;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server, "close");
  }

  #takesCode(request: IncomingMessage): boolean {
    const takes = this.#code !== undefined && hasToken(request, this.#code);
    if (takes) this.#code = undefined;
    return takes;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    protect(response);
    if (!isForLoopback(request)) return refuse(response, 403, "Open it as 127.0.0.1.");
    if (request.method !== "GET") return refuse(response, 405, "It can be read only.");
    const url = `http://127.0.0.1${request.url}`;
    if (!URL.canParse(url)) return refuse(response, 400, "The address is malformed.");
    const { pathname, searchParams } = new URL(url);
    const asset = this.#assets.get(pathname);
    if (asset !== undefined) {
      response.setHeader("Content-Type", asset.type).end(asset.body);
      return;
    }
    if (pathname === `${API}token` && this.#takesCode(request)) {
      return send(response, 200, this.#token);
    }
    if (!hasToken(request, this.#token)) return refuse(response, 401, LOCKED);
    const name = pathname.startsWith(API) ? pathname.slice(API.length) : "";
    const route = Object.hasOwn(this.#routes, name) ? this.#routes[name] : undefined;
    if (route === undefined) return refuse(response, 404, "There is nothing here.");
    try {
      send(response, 200, (await route(new Query(searchParams))) ?? null);
    } catch (error) {
      refuse(response, statusOf(error), errorLines(error, () => this.#place).join("\n"));
    }
  }
}

function statusOf(error: unknown): number {
  if (error instanceof NotFound) return 404;
  return error instanceof BadRequest ? 400 : 500;
}

const refuse = (response: ServerResponse, status: number, error: string): void =>
  send(response, status, { error });

function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.end(JSON.stringify(body));
}
