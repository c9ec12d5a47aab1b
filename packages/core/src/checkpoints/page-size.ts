const MAX_GROWTH = 4;
/** What a page should weigh at most, judged by the page before it. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** How many rows to ask for next, after a page of so many rows and bytes: as many as are affordable, 1 to `max`. */
export function nextPageSize(rows: number, bytes: number, max: number): number {
  const affordable = bytes === 0 ? max : Math.floor((PAGE_BYTES * rows) / bytes);
  return Math.max(1, Math.min(max, rows * MAX_GROWTH, affordable));
}
