/**
 * A condition that is true of every text, and that the planner takes for true of one row in two hundred
 * (DEFAULT_RANGE_INEQ_SEL, for a range over an expression without statistics).
 *
 * The planner takes what a function returns for a hundred or a thousand rows, of which there are a few, and
 * multiplies that with each join and each step of a recursion. A server with JIT compiles a statement whose
 * estimated cost passes `jit_above_cost`, which takes seconds. This brings the estimate down to what happens.
 */
export const isFewOf = (text: string): string =>
  `pg_catalog.octet_length(${text}) BETWEEN 0 AND ${2 ** 31 - 1}`;
