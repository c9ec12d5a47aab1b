import type { Measure } from "../scenarios/scenario.ts";

/** Three digits are more than a measurement is worth, and enough to compare. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "";
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(value >= 10 ? 3 : 2).replace(/^(\d\.\d)$/, "$1");
}

export const withUnit = (value: number, unit: Measure["unit"]): string =>
  `${digits(value)} ${unit}`;

/** `4.2×`; empty where there is nothing to compare with. */
export const times = (ratio: number | undefined): string =>
  ratio === undefined ? "" : `${digits(ratio)}×`;
