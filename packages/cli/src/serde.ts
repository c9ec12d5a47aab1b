import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { type Place, type Serializer, serializer } from "@waypost/core";
import { printable } from "./output.ts";

/** Stands for a stored value that the serializer can't read. */
export class Unreadable {
  readonly unreadable: string;

  constructor(reason: string) {
    this.unreadable = reason;
  }

  toString(): string {
    return `unreadable: ${this.unreadable}`;
  }

  [inspect.custom](): string {
    return `<${this}>`;
  }
}

/**
 * The application's serializer.
 *
 * @param path a file whose default export it is
 * @throws Error saying what is wrong with the file
 */
export async function loadSerde(path: string): Promise<SerializerProtocol> {
  const name = printable(path);
  let exported: unknown;
  try {
    exported = ((await import(pathToFileURL(resolve(path)).href)) as { default?: unknown }).default;
  } catch (cause) {
    throw new Error(`Can't load "${name}", which --serde names.`, { cause });
  }
  const { loadsTyped, dumpsTyped } = (exported ?? {}) as Partial<SerializerProtocol>;
  if (typeof loadsTyped !== "function" || typeof dumpsTyped !== "function") {
    throw new Error(
      `The default export of "${name}" is no serializer; export the one that you pass to the saver as "serde".`,
    );
  }
  return exported as SerializerProtocol;
}

/** Reads what it can; a value that it can't read becomes `Unreadable`, and the others are read all the same. */
export function tolerant(serde: SerializerProtocol | undefined): Serializer {
  const inner: Serializer = serde ?? serializer();
  const { jsonIsText } = inner;
  return {
    dumpsTyped: (value, place) => inner.dumpsTyped(value, place),
    async loadsTyped(type: string, data: Uint8Array | string, place?: Place): Promise<unknown> {
      try {
        return await inner.loadsTyped(type, data, place);
      } catch (error) {
        return new Unreadable(reasonOf(type, error, serde !== undefined));
      }
    },
    ...(jsonIsText === undefined ? {} : { jsonIsText }),
  };
}

function reasonOf(type: string, error: unknown, isTheirs: boolean): string {
  if (isTheirs) return `the serializer of --serde failed: ${(error as Error)?.message ?? error}`;
  const hint = "pass --serde FILE";
  if (type.endsWith("+aes")) return `encrypted; ${hint}`;
  if (/\+(zstd|gzip)$/.test(type)) return `compressed; ${hint}`;
  if (type === "json") return `of a class of your application, or damaged; ${hint}`;
  if (type === "pickle") return "Python's pickle, which is never read, as it can run code";
  return `stored as "${type}"; ${hint}`;
}
