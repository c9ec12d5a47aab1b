import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

/** What went over the wire between a driver and the server. */
export interface Traffic {
  /** Statements executed: Query and Execute messages of the protocol. */
  statements: number;
  /** Times the driver asked for an answer: Query and Sync messages. */
  roundTrips: number;
  /** Texts that were parsed, prepared ones once a connection. */
  parses: number;
}

/** Length of a message's type and size fields. */
const HEADER = 5;

/** Counts the messages of one connection from client to server, however they are cut into chunks. */
function counter(traffic: Traffic): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const header = started ? HEADER : HEADER - 1;
      if (pending.length < header) return;
      // The size counts itself but not the type; the first message of a connection has no type.
      const length = pending.readUInt32BE(header - 4) + header - 4;
      if (pending.length < length) return;
      if (started) count(traffic, String.fromCharCode(pending[0] as number));
      started = true;
      pending = pending.subarray(length);
    }
  };
}

function count(traffic: Traffic, type: string): void {
  if (type === "Q" || type === "E") traffic.statements += 1;
  if (type === "Q" || type === "S") traffic.roundTrips += 1;
  if (type === "P") traffic.parses += 1;
}

/** A proxy that counts: the same for every driver, and nothing of the driver has to be replaced. */
export class CountingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #traffic: Traffic = { statements: 0, roundTrips: 0, parses: 0 };
  readonly #target: URL;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((client) => {
      const server = connect(Number(target.port || 5432), target.hostname);
      const see = counter(this.#traffic);
      client.on("data", see).pipe(server);
      server.pipe(client);
      for (const [socket, other] of [[client, server] as const, [server, client] as const]) {
        this.#sockets.add(socket);
        socket.setNoDelay(true);
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          this.#sockets.delete(socket);
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

  /** What the work sent. */
  async during(work: () => Promise<unknown>): Promise<Traffic> {
    const before = { ...this.#traffic };
    await work();
    return {
      statements: this.#traffic.statements - before.statements,
      roundTrips: this.#traffic.roundTrips - before.roundTrips,
      parses: this.#traffic.parses - before.parses,
    };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
