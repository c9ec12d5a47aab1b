import type { Measure } from "../scenarios/scenario.ts";

/** Two or three digits are all that a measurement is worth. */
export function digits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  if (value >= 1 || value === 0) return value.toFixed(1);
  return value.toPrecision(2);
}

export const withUnit = (value: number, unit: Measure["unit"]): string =>
  `${digits(value)} ${unit}`;

/** `4.2×`; empty where there is nothing to compare with. */
export const times = (ratio: number | undefined): string =>
  ratio === undefined ? "" : `${digits(ratio)}×`;
