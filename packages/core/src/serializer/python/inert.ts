/** An object of Python that has no counterpart in JavaScript: its data, and the name of its type. */
export interface PythonObject {
  /** Module and class, such as `my_app.state.Customer`. */
  readonly python: string;
  /** The arguments of its constructor: one argument, a list of arguments, or an object of named ones. */
  readonly value: unknown;
}

export function inert(python: string, value: unknown): PythonObject {
  return { python, value };
}

export function numpyArray(payload: unknown): PythonObject {
  const [dtype, shape, order, data] = Array.isArray(payload) ? payload : [];
  return inert("numpy.ndarray", { dtype, shape, order, data });
}
