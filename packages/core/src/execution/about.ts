import type { Driver } from "../driver/driver.js";
import type { About } from "../errors/about.js";
import { codeOf } from "../errors/sqlstate.js";

/** Errors in which database and role are named: of what is missing there, and what may not be done. */
const ABOUT_A_PLACE: readonly unknown[] = ["42P01", "3F000", "42703", "42501"];

interface Where {
  readonly database: string;
  readonly role: string;
}

/**
 * What the final error of an operation may name. No driver tells its database alike, so that the server is
 * asked where that matters and a statement can be sent: not in a transaction of the caller's, which has failed.
 */
export async function aboutOf(driver: Driver, schema: string, cause: unknown): Promise<About> {
  const { connections } = driver;
  if (!ABOUT_A_PLACE.includes(codeOf(cause)) || driver.recovery === "none") {
    return { schema, connections };
  }
  try {
    const [where] = await driver.query<Where>({
      text: "SELECT pg_catalog.current_database() AS database, current_user AS role",
      values: [],
      name: "",
    });
    return { schema, connections, ...where };
  } catch {
    return { schema, connections };
  }
}
