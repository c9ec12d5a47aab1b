import type { Report } from "../report.ts";
export const updatePage = (_path: string, _report: Report): void => {};
