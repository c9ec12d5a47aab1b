import { DeltaSnapshot } from "@langchain/langgraph-checkpoint";
import { SerializationError } from "../../errors/errors.js";
import { inert, numpyArray } from "./inert.js";
import { langgraphObject } from "./langgraph.js";
import { langchainObject } from "./messages.js";
import { standardObject } from "./standard.js";

// Codes of langgraph's Python module `checkpoint/serde/jsonplus.py`.
const SINGLE_ARGUMENT = 0;
const ARGUMENTS = 1;
const KEYWORDS = 2;
const METHOD = 3;
const PYDANTIC_V1 = 4;
const PYDANTIC_V2 = 5;
const NUMPY = 6;
const DELTA_SNAPSHOT = 7;

/**
 * An object of Python's as its counterpart here, or inert with its type's name. Nothing is imported or
 * called by a name that stands in the row.
 *
 * @param unpack reads the msgpack that the object holds
 */
export function revive(
  code: number,
  data: Uint8Array,
  unpack: (data: Uint8Array) => unknown,
): unknown {
  if (code === DELTA_SNAPSHOT) return new DeltaSnapshot(unpack(data));
  if (code === NUMPY) return numpyArray(unpack(data));
  if (code < SINGLE_ARGUMENT || code > DELTA_SNAPSHOT) {
    return inert(`extension ${code}`, Uint8Array.from(data));
  }
  const { module, name, argument, method } = parts(unpack(data));
  const type = `${module}.${name}`;
  switch (code) {
    case PYDANTIC_V1:
    case PYDANTIC_V2:
      return langchainObject(module, name, argument) ?? inert(type, argument);
    case METHOD:
      return standardObject(`${type}.${method}`, argument) ?? inert(`${type}.${method}`, argument);
    case KEYWORDS:
    case ARGUMENTS:
      return (
        standardObject(type, argument) ?? langgraphObject(type, argument) ?? inert(type, argument)
      );
    default:
      return standardObject(type, argument) ?? enumValue(module, type, argument);
  }
}

/** Enums are stored like all objects of one argument; beside them only pydantic's secrets are unknown. */
function enumValue(module: string, type: string, argument: unknown): unknown {
  return /^pydantic\b/.test(module) ? inert(type, argument) : argument;
}

function parts(payload: unknown) {
  const [module, name, argument, method] = Array.isArray(payload) ? payload : [];
  if (typeof module === "string" && typeof name === "string" && argument !== undefined) {
    return { module, name, argument: argument as unknown, method: String(method) };
  }
  throw new SerializationError(
    "The value holds an object that is not as Python's saver writes it.",
  );
}
