import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Transform, type TransformCallback } from "node:stream";

/** Where the next reset happens: before or in the middle of what the driver sends, or the server answers. */
export interface Reset {
  readonly way: "question" | "answer";
  readonly half: boolean;
}

interface Line {
  readonly client: Socket;
  readonly server: Socket;
  forgotten: boolean;
}

/** A network between a driver and its server that fails as it is told. */
export class FaultProxy implements AsyncDisposable {
  readonly #target: URL;
  readonly #listener: Server;
  readonly #lines = new Set<Line>();
  #refuses = false;
  /** While something stalls: what was to be sent since. */
  #held: (() => void)[] | undefined;
  #resets: Reset[] = [];

  private constructor(target: URL) {
    this.#target = target;
    this.#listener = createServer((client) => this.#accept(client));
  }

  static async before(url: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(url));
    proxy.#listener.listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    return proxy;
  }

  /** The server's URL, by way of the proxy. */
  get url(): string {
    const url = new URL(this.#target);
    url.port = String((this.#listener.address() as AddressInfo).port);
    return url.href;
  }

  /** Ends all connections, and refuses new ones until `mend`. */
  cut(): void {
    this.#refuses = true;
    for (const { client, server } of this.#lines) {
      client.destroy();
      server.destroy();
    }
  }

  /** Until `mend` nothing arrives, in either direction, and nobody hears why. */
  stall(): void {
    this.#held ??= [];
  }

  /** Nothing arrives on the connections of now any more, though they stay open; new ones work. */
  forget(): void {
    for (const line of this.#lines) line.forgotten = true;
  }

  /** Resets the connections that send or answer next (RST), one for each entry. */
  reset(...resets: Reset[]): void {
    this.#resets.push(...resets);
  }

  /** The network is as it should be, and what had stalled arrives. */
  mend(): void {
    this.#refuses = false;
    this.#resets = [];
    for (const send of this.#held ?? []) send();
    this.#held = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#listener.close();
    await once(this.#listener, "close");
  }

  #accept(client: Socket): void {
    if (this.#refuses) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(Number(this.#target.port), this.#target.hostname);
    const line = { client, server, forgotten: false };
    this.#lines.add(line);
    client.pipe(this.#carry(line, "question")).pipe(server);
    server.pipe(this.#carry(line, "answer")).pipe(client);
    for (const [socket, other] of [[client, server] as const, [server, client] as const]) {
      socket.setNoDelay(true);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        if (!line.forgotten || socket === client) other.destroy();
        if (client.destroyed && server.destroyed) this.#lines.delete(line);
      });
    }
  }

  #carry(line: Line, way: Reset["way"]): Transform {
    const send = (chunk: Buffer, done: TransformCallback) => {
      if (line.forgotten) return; // never done, so nothing follows
      const [next] = this.#resets;
      if (next?.way !== way) return done(null, chunk);
      this.#resets.shift();
      this.#breakOff(line, way, next.half ? chunk.subarray(0, chunk.length / 2) : Buffer.alloc(0));
    };
    return new Transform({
      transform: (chunk: Buffer, _, done) => {
        if (this.#held === undefined) send(chunk, done);
        else this.#held.push(() => send(chunk, done));
      },
    });
  }

  #breakOff({ client, server }: Line, way: Reset["way"], last: Buffer): void {
    const to = way === "question" ? server : client;
    to.write(last, () => {
      client.resetAndDestroy();
      server.resetAndDestroy();
    });
  }
}
