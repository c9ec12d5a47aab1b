/** Cached, as the names of a few fields are translated over and over. Rows can't grow it: names of classes only. */
function cached(translate: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>();
  const MAX = 1000;
  return (name) => {
    let translated = known.get(name);
    if (translated === undefined) {
      translated = translate(name);
      if (known.size < MAX) known.set(name, translated);
    }
    return translated;
  };
}

/** A field's name as LangChain's format writes it: `toolCallId` is `tool_call_id`. */
export const toSnakeCase = cached((name) =>
  name
    .replace(/([A-Z]+)([A-Z][a-z0-9]+)/g, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[-_\s]+/g, "_")
    .toLowerCase(),
);

/** A field's name as LangChain's constructors take it. */
export const toCamelCase = cached((name) => {
  const trimmed = name.trim();
  if (!/[-_\s]/.test(trimmed)) return trimmed;
  return trimmed
    .replace(/[-_\s]+/g, "_")
    .toLowerCase()
    .replace(/_+([a-z0-9])/g, (_, first: string) => first.toUpperCase());
});
