type Fields = Readonly<Record<string, unknown>>;

/** The forms in which LangGraph.js takes these for its own; its classes are no part of this package. */
const FORMS = new Map<string, (argument: unknown) => unknown>([
  ["langgraph.types.Send", send],
  ["langgraph.constants.Send", send],
  ["langgraph.types.Interrupt", (fields) => (isFields(fields) ? fields : undefined)],
  ["langgraph.types.Command", command],
  ["langgraph.types.Overwrite", overwrite],
]);

/** @returns undefined for other types, and for those whose arguments are not as expected */
export function langgraphObject(type: string, argument: unknown): unknown {
  return FORMS.get(type)?.(argument);
}

function send(argument: unknown): unknown {
  if (!Array.isArray(argument) || argument.length !== 2) return undefined;
  const [node, args] = argument;
  return { lg_name: "Send", node, args };
}

function command(argument: unknown): unknown {
  if (!isFields(argument)) return undefined;
  const given = Object.entries(argument).filter(([, value]) => value !== null);
  return { lg_name: "Command", ...Object.fromEntries(given) };
}

function overwrite(argument: unknown): unknown {
  return isFields(argument) && "value" in argument ? { __overwrite__: argument.value } : undefined;
}

export function isFields(value: unknown): value is Fields {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
