/**
 * The records in which JSON carries what it has no form for. Those of `constructor`, `undefined` and
 * `delta_snapshot` are LangGraph's own; it leaves all others as the data they are.
 */
export interface Record2 {
  readonly lc: 2;
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Types of the records that LangGraph has no form for. */
export const OWN = {
  number: "waypost/number",
  bigint: "waypost/bigint",
  date: "waypost/date",
  url: "waypost/url",
  bytes: "waypost/bytes",
  /** An object as a list of entries: its keys would make it look like a record, or set its prototype. */
  object: "waypost/object",
  /** An object of a class that the user registered. */
  class: "waypost/class",
} as const;

export const record = (type: string, fields: object): Record2 => ({ lc: 2, type, ...fields });

/** LangGraph's form of a value that a constructor is called with. */
export const constructorRecord = (name: string, args: unknown[], kwargs: object = {}): Record2 => ({
  lc: 2,
  type: "constructor",
  id: [name],
  method: null,
  args,
  kwargs,
});

export const UNDEFINED: Record2 = { lc: 2, type: "undefined" };

/** How LangChain's `load` marks an object of the user's that looks like one of its own. */
export const LANGCHAIN_ESCAPE = "__lc_escaped__";

/** Stands for what is left out. */
export const DROPPED = Symbol("dropped");

/** Of a BigInt: reading them takes time that grows with their square. */
export const MAX_DIGITS = 20_000;
