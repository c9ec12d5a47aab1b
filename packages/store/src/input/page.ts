import { InvalidInputError } from "@waypost/core/adapter";

/** A whole number, 0 or more, of which there is a default. */
export function countOf(value: unknown, name: string, otherwise: number): number {
  return value === undefined || value === null ? otherwise : assertNumber(value, name, 0);
}

/** @throws InvalidInputError unless it is a whole number from `least` on */
export function assertNumber(value: unknown, name: string, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw new InvalidInputError(`"${name}" must be a whole number, ${least} or more.`);
}
