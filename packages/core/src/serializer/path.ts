/** Stands in paths for what a class makes of its object. */
export const TO_JSON = "toJSON()";

/** A key as a path shows it, e.g. `.fn`, `[3]` or `["odd key"]`. */
export function pathStep(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  const isName = key === TO_JSON || /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key);
  return isName ? `.${key}` : `[${JSON.stringify(key)}]`;
}
