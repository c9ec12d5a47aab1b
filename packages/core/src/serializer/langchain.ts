import { type LangChainClass, MESSAGES, type Serializable } from "./classes.js";
import { toCamelCase, toSnakeCase } from "./names.js";

/** How the objects of a class are written. */
export interface Shape {
  readonly id: readonly string[];
  /** The fields every object of the class has; undefined where only its constructor's are stored. */
  readonly declared: ReadonlySet<string> | undefined;
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
  readonly #builders = new Map<string, Builder>();
  /** By prototype, which differs between copies of the library; null where the class is not in the set. */
  readonly #shapes = new WeakMap<object, Shape | null>();
  readonly #blanks = new Map<string, ReadonlySet<string>>();

  /** @param further classes beside the messages */
  constructor(further: readonly LangChainClass[]) {
    for (const [name, Class] of MESSAGES) {
      this.#builders.set(`langchain_core/messages/${name}`, builderOf(Class));
    }
    for (const Class of further) {
      this.#builders.set(keyOf(idOf(Class)), builderOf(Class));
    }
  }

  shapeOf(object: object & Serializable): Shape | undefined {
    const prototype = Object.getPrototypeOf(object) as object;
    let shape = this.#shapes.get(prototype);
    if (shape === undefined) {
      shape = this.#find(object, prototype);
      this.#shapes.set(prototype, shape);
    }
    return shape ?? undefined;
  }

  builderFor(id: unknown): Builder | undefined {
    return Array.isArray(id) ? this.#builders.get(keyOf(id)) : undefined;
  }

  #find(object: object & Serializable, prototype: object): Shape | null {
    const id = object.lc_id;
    const secrets = Object.keys(object.lc_secrets ?? {}).length > 0;
    if (secrets || this.builderFor(id) === undefined) return null;
    const aliases = aliasesOf(prototype, object);
    const nameOf = (field: string) => aliases[field] ?? toSnakeCase(field);
    return { id, nameOf, declared: this.#declared(String(id.at(-1))) };
  }

  #declared(name: string): ReadonlySet<string> | undefined {
    const Message = MESSAGES.get(name);
    if (Message === undefined) return undefined;
    let declared = this.#blanks.get(name);
    if (declared === undefined) {
      declared = new Set(Object.keys(new Message({ content: "" } as never)));
      this.#blanks.set(name, declared);
    }
    return declared;
  }
}

/** Messages go by their name: older versions of the library put another module in between. */
function keyOf(id: readonly unknown[]): string {
  const [library, module] = id;
  if (library === "langchain_core" && module === "messages") {
    return `langchain_core/messages/${String(id.at(-1))}`;
  }
  return id.join("/");
}

function builderOf(build: LangChainClass): Builder {
  const fields = new Map(
    Object.entries(aliasesOf(build.prototype, build.prototype)).map(([field, name]) => [
      name,
      field,
    ]),
  );
  return { build, fieldOf: (name) => fields.get(name) ?? toCamelCase(name) };
}

/** The id that objects of the class give themselves. It needs one: the namespace is a field of them. */
function idOf(Class: LangChainClass): readonly string[] {
  const blank = Reflect.construct(Object, [], Class) as Serializable;
  return blank.lc_id;
}

function aliasesOf(prototype: object, receiver: object): Aliases {
  const aliases: Record<string, string> = {};
  for (let current: object | null = prototype; current; current = Object.getPrototypeOf(current)) {
    Object.assign(aliases, Reflect.get(current, "lc_aliases", receiver));
  }
  return aliases;
}
