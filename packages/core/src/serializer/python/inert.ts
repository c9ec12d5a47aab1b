/** An object of Python's that has no counterpart here: its data, and the name of its type. */
export interface PythonObject {
  /** Module and class, e.g. `my_app.state.Customer`. */
  readonly python: string;
  /** What its constructor was to be given: one argument, a list of them, or an object by their names. */
  readonly value: unknown;
}

export function inert(python: string, value: unknown): PythonObject {
  return { python, value };
}

export function numpyArray(payload: unknown): PythonObject {
  const [dtype, shape, order, data] = Array.isArray(payload) ? payload : [];
  return inert("numpy.ndarray", { dtype, shape, order, data });
}
