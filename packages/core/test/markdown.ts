/** The cells of the first table under a heading, without its head. */
export function rowsUnder(page: string, heading: string): string[][] {
  const lines = page.split("\n");
  const below = lines.slice(lines.indexOf(heading) + 1);
  const first = below.findIndex((line) => line.startsWith("|"));
  const after = below.findIndex((line, i) => i > first && !line.startsWith("|"));
  return below.slice(first + 2, after).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
