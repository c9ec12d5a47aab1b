import { get_lc_unique_name } from "@langchain/core/load/serializable";
import { InvalidInputError } from "../errors/errors.js";
import { type LangChainClass, MESSAGES, type Serializable } from "./classes.js";
import { toCamelCase, toSnakeCase } from "./names.js";

/** How the objects of a class are written. */
export interface Shape {
  readonly id: readonly string[];
  /** The properties every object of the class has; undefined where only its constructor's fields are stored. */
  readonly own: ReadonlySet<string> | undefined;
  /** Those of them that hold what its constructor may be given. */
  readonly fields: readonly string[];
  /** Those of them that the constructor sets where they are not given. */
  readonly defaults: ReadonlySet<string>;
  nameOf(field: string): string;
}

/** How a record becomes an object of a class. */
export interface Builder {
  readonly build: LangChainClass;
  /** The fields of a message; undefined of other classes. */
  readonly own: ReadonlySet<string> | undefined;
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
      [...MESSAGES].map(
        ([name, Message]) => [name, builderOf(Message, fieldsOf(Message))] as const,
      ),
    );
    this.#others = new Map(
      further.map((Class) => [get_lc_unique_name(Class as never), builderOf(Class)] as const),
    );
    if (this.#others.size < new Set(further).size) {
      throw new InvalidInputError('Two classes of the option "langchain" have the same name.');
    }
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
    const name = nameOfClass(object, prototype);
    if (name === undefined) return null;
    const id = [...object.lc_namespace, name];
    const secrets = Object.keys(object.lc_secrets ?? {}).length > 0;
    if (secrets || this.builderFor(id) === undefined) return null;
    const names = new Map(Object.entries(aliasesOf(prototype, object)));
    const nameOf = (field: string) => names.get(field) ?? toSnakeCase(field);
    if (!MESSAGES.has(name)) {
      return { id, nameOf, own: undefined, fields: [], defaults: new Set() };
    }
    // Of its own class, which may be from another version of the library.
    const made = new (object.constructor as LangChainClass)({ content: "" } as never);
    const fields = Object.keys(made).filter(isField);
    const defaults = fields.filter((key) => made[key as keyof typeof made] !== undefined);
    return { id, nameOf, own: new Set(Object.keys(made)), fields, defaults: new Set(defaults) };
  }
}

const NAMES = new Map([...MESSAGES].map(([name, { prototype }]) => [prototype, name] as const));

/**
 * The name that a class goes by, as LangChain has it. RemoveMessage has none of its own that a minifier
 * would leave; a class of the user's that has none, but by accident the name of another, has no name.
 */
function nameOfClass(object: object & Serializable, prototype: object): string | undefined {
  const known = NAMES.get(prototype);
  if (known !== undefined) return known;
  const name = object.lc_id.at(-1);
  const { constructor: Class } = prototype;
  if (Object.hasOwn(Class, "lc_name") || !isMessage(object)) return name;
  const Base = Object.getPrototypeOf(Class) as { lc_name?: () => string };
  const isDirect = Object.hasOwn(Base, "lc_name") && Base.lc_name?.() === "BaseMessage";
  return isDirect && (object as { type?: unknown }).type === "remove" ? "RemoveMessage" : undefined;
}

function isMessage({ lc_namespace: [library, module] }: Serializable): boolean {
  return library === "langchain_core" && module === "messages";
}

/** @param fields of its objects, which not every class tells LangChain to leave as they are */
function builderOf(build: LangChainClass, fields?: readonly string[]): Builder {
  const aliases = Object.entries(aliasesOf(build.prototype, build.prototype));
  const names = new Map([
    ...(fields ?? []).map((field) => [toSnakeCase(field), field] as const),
    ...aliases.map(([field, name]) => [name, field] as const),
  ]);
  const own = fields && new Set(fields);
  return { build, own, fieldOf: (name) => names.get(name) ?? toCamelCase(name) };
}

function fieldsOf(Message: LangChainClass): string[] {
  return Object.keys(new Message({ content: "" } as never)).filter(isField);
}

const isField = (key: string) => key !== "type" && !key.startsWith("lc_");

function aliasesOf(prototype: object, receiver: object): Aliases {
  const aliases: Record<string, string> = {};
  for (let current: object | null = prototype; current; current = Object.getPrototypeOf(current)) {
    Object.assign(aliases, Reflect.get(current, "lc_aliases", receiver));
  }
  return aliases;
}
