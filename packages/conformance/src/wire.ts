import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

/** What went over the wire between a driver and the server. */
export interface Traffic {
  /** Statements executed: Query and Execute messages of the protocol. */
  statements: number;
  /** Times the driver asked for the end of an answer: Query and Sync messages. */
  roundTrips: number;
  /** Times it asked for a part of an answer and waited before going on: Flush messages. */
  flushes: number;
  /** Times the driver sent something after an answer: how often a distant server is waited for. */
  exchanges: number;
  /** Texts that were parsed, prepared ones once a connection. */
  parses: number;
  /** Bytes from driver to server, and from server to driver. */
  bytesSent: number;
  bytesReceived: number;
}

const SILENCE: Readonly<Traffic> = {
  statements: 0,
  roundTrips: 0,
  flushes: 0,
  exchanges: 0,
  parses: 0,
  bytesSent: 0,
  bytesReceived: 0,
};

/** Length of a message's type and size fields. */
const HEADER = 5;

/**
 * Calls `see` with the type of each message of one direction, however they are cut into chunks.
 *
 * @param untyped how many messages come first that have no type: a client's startup message
 */
function messages(untyped: number, see: (type: string) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  let skipped = 0;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const header = skipped < untyped ? HEADER - 1 : HEADER;
      if (pending.length < header) return;
      // The size counts itself but not the type.
      const length = pending.readUInt32BE(header - 4) + header - 4;
      if (pending.length < length) return;
      see(skipped < untyped ? "" : String.fromCharCode(pending[0] as number));
      skipped = Math.min(skipped + 1, untyped);
      pending = pending.subarray(length);
    }
  };
}

function count(traffic: Traffic, type: string): void {
  if (type === "Q" || type === "E") traffic.statements += 1;
  if (type === "Q" || type === "S") traffic.roundTrips += 1;
  if (type === "H") traffic.flushes += 1;
  if (type === "P") traffic.parses += 1;
}

/** A proxy that counts: the same for every driver, and nothing of the driver has to be replaced. */
export class CountingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #traffic: Traffic = { ...SILENCE };
  /** Questions that the server has not yet answered to the end. */
  readonly #open = new Map<Socket, number>();
  #settled: (() => void)[] = [];
  /** Connections on which the server spoke last. */
  readonly #silent = new WeakSet<Socket>();
  readonly #target: URL;
  #recorded: Buffer[] | undefined;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((client) => {
      const server = connect(Number(target.port || 5432), target.hostname);
      client.on("data", this.#asks(client)).pipe(server);
      server.on("data", this.#answers(client)).pipe(client);
      for (const [socket, other] of [[client, server] as const, [server, client] as const]) {
        this.#sockets.add(socket);
        socket.setNoDelay(true);
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          this.#sockets.delete(socket);
          this.#answered(client, Number.POSITIVE_INFINITY);
          other.destroy();
        });
      }
    });
  }

  static async to(url: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(new URL(url));
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** The server's URL, by way of the proxy. */
  get url(): string {
    const url = new URL(this.#target);
    url.hostname = "127.0.0.1";
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  /** What the work sent, and all that the server answered to it. */
  async during(work: () => Promise<unknown>): Promise<Traffic> {
    const before = { ...this.#traffic };
    await work();
    // A driver may go on before the last message of an answer.
    if (this.#open.size > 0) await new Promise<void>((resolve) => this.#settled.push(resolve));
    const difference = { ...this.#traffic };
    for (const key of Object.keys(before) as (keyof Traffic)[]) difference[key] -= before[key];
    return difference;
  }

  /** All that drivers send from now on. */
  record(): readonly Buffer[] {
    this.#recorded ??= [];
    return this.#recorded;
  }

  /** Ends all connections without a word of the server. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.drop();
    this.#server.close();
    await once(this.#server, "close");
  }

  #asks(connection: Socket): (chunk: Buffer) => void {
    this.#silent.add(connection);
    const see = messages(1, (type) => {
      count(this.#traffic, type);
      // The server answers the startup message, too, with ReadyForQuery.
      const asks = type === "" || type === "Q" || type === "S";
      if (asks) this.#open.set(connection, (this.#open.get(connection) ?? 0) + 1);
    });
    return (chunk) => {
      this.#traffic.bytesSent += chunk.length;
      this.#recorded?.push(chunk);
      if (this.#silent.delete(connection)) this.#traffic.exchanges += 1;
      see(chunk);
    };
  }

  #answers(connection: Socket): (chunk: Buffer) => void {
    let ready = 0;
    const see = messages(0, (type) => {
      if (type === "Z") ready += 1;
    });
    return (chunk) => {
      this.#traffic.bytesReceived += chunk.length;
      this.#silent.add(connection);
      see(chunk);
      this.#answered(connection, ready);
      ready = 0;
    };
  }

  #answered(connection: Socket, questions: number): void {
    const open = (this.#open.get(connection) ?? 0) - questions;
    if (open > 0) this.#open.set(connection, open);
    else this.#open.delete(connection);
    if (this.#open.size === 0) for (const resolve of this.#settled.splice(0)) resolve();
  }
}
