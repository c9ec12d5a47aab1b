import type { Tables } from "../identifiers.js";
import { officialTables } from "./001-official-tables.js";
import { deletedThreads } from "./002-deleted-threads.js";
import { sharedStorage } from "./003-shared-storage.js";
import { putIds } from "./004-put-ids.js";
import { storageNames } from "./005-storage-names.js";

/** In order; the position, from 1, is the version. Each is idempotent, and never changed once released. */
export const MIGRATIONS: readonly ((tables: Tables, partitions?: number) => readonly string[])[] = [
  officialTables,
  deletedThreads,
  sharedStorage,
  putIds,
  storageNames,
];
