import { get_lc_unique_name } from "@langchain/core/load/serializable";
import { type LangChainClass, MESSAGES, type Serializable } from "./classes.js";
import { toCamelCase, toSnakeCase } from "./names.js";

/** How the objects of a class are written. */
export interface Shape {
  readonly id: readonly string[];
  /** The properties every object of the class has; undefined where only its constructor's fields are stored. */
  readonly own: ReadonlySet<string> | undefined;
  /** Those of them that hold what its constructor may be given. */
  readonly fields: readonly string[];
  nameOf(field: string): string;
}

/** How a record becomes an object of a class. */
export interface Builder {
  readonly build: LangChainClass;
  fieldOf(name: string): string;
}

type Aliases = Readonly<Record<string, string>>;

/** The closed set of LangChain's classes that one serializer writes and revives. */
export class LangChainClasses {
  readonly #messages: ReadonlyMap<unknown, Builder>;
  readonly #others: ReadonlyMap<unknown, Builder>;
  /** By prototype, which differs between copies of the library; null where the class is not in the set. */
  readonly #shapes = new WeakMap<object, Shape | null>();

  /** @param further classes beside the messages */
  constructor(further: readonly LangChainClass[]) {
    this.#messages = new Map(
      [...MESSAGES].map(([name, Message]) => [name, builderOf(Message, ownOf(Message))] as const),
    );
    this.#others = new Map(
      further.map((Class) => [get_lc_unique_name(Class as never), builderOf(Class)] as const),
    );
  }

  shapeOf(object: object & Serializable, prototype: object): Shape | undefined {
    let shape = this.#shapes.get(prototype);
    if (shape === undefined) {
      shape = this.#find(object, prototype);
      this.#shapes.set(prototype, shape);
    }
    return shape ?? undefined;
  }

  /**
   * Classes go by their names, as their modules differ between versions of the library. Whoever
   * allows one has named it, and messages are all in one place.
   */
  builderFor(id: unknown): Builder | undefined {
    if (!Array.isArray(id) || id.length < 3) return undefined;
    const [library, module] = id;
    const name: unknown = id[id.length - 1];
    if (library === "langchain_core" && module === "messages") return this.#messages.get(name);
    return String(library).startsWith("langchain") ? this.#others.get(name) : undefined;
  }

  #find(object: object & Serializable, prototype: object): Shape | null {
    const id = object.lc_id;
    const secrets = Object.keys(object.lc_secrets ?? {}).length > 0;
    if (secrets || this.builderFor(id) === undefined) return null;
    const names = new Map(Object.entries(aliasesOf(prototype, object)));
    const nameOf = (field: string) => names.get(field) ?? toSnakeCase(field);
    // Of its own class, which may be from another version of the library.
    const isMessage = MESSAGES.has(String(id.at(-1)));
    const own = isMessage ? new Set(ownOf(object.constructor as LangChainClass)) : undefined;
    const fields = [...(own ?? [])].filter((key) => key !== "type" && !key.startsWith("lc_"));
    return { id, nameOf, own, fields };
  }
}

/** @param own properties of its objects, which not every class tells LangChain to leave as they are */
function builderOf(build: LangChainClass, own: readonly string[] = []): Builder {
  const aliases = Object.entries(aliasesOf(build.prototype, build.prototype));
  const fields = new Map([
    ...own.map((field) => [toSnakeCase(field), field] as const),
    ...aliases.map(([field, name]) => [name, field] as const),
  ]);
  return { build, fieldOf: (name) => fields.get(name) ?? toCamelCase(name) };
}

function ownOf(Message: LangChainClass): string[] {
  return Object.keys(new Message({ content: "" } as never));
}

function aliasesOf(prototype: object, receiver: object): Aliases {
  const aliases: Record<string, string> = {};
  for (let current: object | null = prototype; current; current = Object.getPrototypeOf(current)) {
    Object.assign(aliases, Reflect.get(current, "lc_aliases", receiver));
  }
  return aliases;
}
