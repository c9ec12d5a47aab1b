import { type Queryable, quoteIdentifier, template } from "@waypost/core/adapter";
import { noPgvector } from "../schema/vectors.js";

const find = template(`SELECT n.nspname::text AS schema
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'vector'`);

/** In which schema pgvector lies; asked for once. */
export class VectorExtension {
  #schema: string | undefined;

  /**
   * @returns the name of the schema, quoted
   * @throws ConfigurationError where the extension is not installed
   */
  async schema(session: Queryable): Promise<string> {
    if (this.#schema === undefined) {
      const [found] = await session.query<{ schema: string }>(find([]));
      if (found === undefined) throw noPgvector();
      this.#schema = quoteIdentifier(found.schema);
    }
    return this.#schema;
  }
}
