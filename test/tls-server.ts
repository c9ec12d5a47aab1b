import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { withClient } from "@waypost/conformance/fixtures";
import { type DevPostgres, devPostgres } from "@waypost/dev-postgres";
import type pg from "pg";
import { vi } from "vitest";
import type { Authority } from "./certificates.ts";

/** A message of the protocol that asks for TLS; the server answers `S`. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** A Postgres of its own that speaks TLS. */
export class TlsServer implements AsyncDisposable {
  readonly #postgres: DevPostgres;

  private constructor(postgres: DevPostgres) {
    this.#postgres = postgres;
  }

  static async start(): Promise<TlsServer> {
    return new TlsServer(await devPostgres({ own: true }));
  }

  /** The server's URL by this name of the machine. */
  url(host: string): string {
    const url = new URL(this.#postgres.url);
    url.hostname = host;
    return url.href;
  }

  /** Shows a new certificate for these names, from when this resolves. */
  async use(authority: Authority, names: string): Promise<void> {
    const { key, certificate } = authority.sign(names);
    await withClient(async (client) => {
      await writeOnServer(client, "server.key", key);
      await writeOnServer(client, "server.crt", certificate);
      await client.query("ALTER SYSTEM SET ssl = on");
      await client.query("SELECT pg_reload_conf()");
    }, this.#postgres.url);
    const { fingerprint256 } = new X509Certificate(certificate);
    const shown = async () => (await this.#fingerprint()) === fingerprint256;
    await vi.waitUntil(shown, { timeout: 10_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#postgres.stop();
  }

  async #fingerprint(): Promise<string | undefined> {
    const { hostname, port } = new URL(this.#postgres.url);
    const socket = connect(Number(port), hostname);
    try {
      socket.write(SSL_REQUEST);
      const [answer] = (await once(socket, "data")) as [Buffer];
      if (answer.toString() !== "S") return undefined;
      const secured = connectTls({ socket, rejectUnauthorized: false });
      await once(secured, "secureConnect");
      return secured.getPeerCertificate().fingerprint256;
    } finally {
      socket.destroy();
    }
  }
}

/** As the server's own user, and for nobody else to read: it takes no other key. */
async function writeOnServer(client: pg.Client, file: string, text: string): Promise<void> {
  const lines = `string_to_array(${client.escapeLiteral(text.trim())}, E'\\n')`;
  await client.query(`COPY (SELECT unnest(${lines})) TO PROGRAM 'umask 077 && cat > ${file}'`);
}
