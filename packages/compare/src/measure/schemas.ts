import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Seed } from "../scenarios/scenario.ts";
import type { Session, Subject } from "../subjects/subject.ts";

/** The schemas of a run, which are all dropped at its end. */
export class Schemas implements AsyncDisposable {
  readonly #url: string;
  readonly #prefix = `waypost_compare_${randomBytes(4).toString("hex")}`;
  #names: string[] = [];
  /** Schemas that hold the same data in the same format, by what they hold. */
  readonly #shared = new Map<string, string>();
  #count = 0;

  /** @param url the server, directly */
  constructor(url: string) {
    this.#url = url;
  }

  /** A name that no other schema has. */
  name(): string {
    const name = `${this.#prefix}_${this.#count++}`;
    this.#names.push(name);
    return name;
  }

  /**
   * A schema with tables and data. Subjects that store alike share one, as nothing changes the data.
   *
   * @returns also the session that made it where the data would be gone with it
   */
  async seeded(
    subject: Subject,
    seed: Seed | undefined,
  ): Promise<{ schema: string; session?: Session }> {
    const key = seed && subject.wire ? `${subject.ours} ${seed.id}` : undefined;
    const known = key && this.#shared.get(key);
    if (known) return { schema: known };
    const schema = this.name();
    const session = await subject.open({ url: this.#url, schema });
    try {
      await session.saver.setup?.();
      await seed?.store(session.saver);
    } catch (error) {
      await session.close();
      throw error;
    }
    if (session.raw === undefined) return { schema, session };
    await session.close();
    if (key) this.#shared.set(key, schema);
    return { schema };
  }

  /** Drops all but what later cases may share. */
  async tidy(): Promise<void> {
    const kept = new Set(this.#shared.values());
    await this.#drop(this.#names.filter((name) => !kept.has(name)));
    this.#names = [...kept];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop(this.#names);
  }

  async #drop(names: readonly string[]): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url });
    await client.connect();
    try {
      for (const name of names) await client.query(`DROP SCHEMA IF EXISTS "${name}" CASCADE`);
    } finally {
      await client.end();
    }
  }
}
