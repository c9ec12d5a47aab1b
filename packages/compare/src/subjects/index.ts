import { KYSELY_SUBJECTS } from "./kysely.ts";
import { MEMORY, OFFICIAL } from "./others.ts";
import { PG_SUBJECTS } from "./pg.ts";
import { POSTGRES_JS_SUBJECTS } from "./postgres-js.ts";
import type { Subject } from "./subject.ts";

export const SUBJECTS: readonly Subject[] = [
  OFFICIAL,
  ...PG_SUBJECTS,
  ...POSTGRES_JS_SUBJECTS,
  ...KYSELY_SUBJECTS,
  MEMORY,
];
