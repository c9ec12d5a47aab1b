import ora from "ora";
import { hasColors, style } from "./output.ts";

/** Shows how far long work is, in a terminal; on standard error, as the result is on the other. */
export async function withProgress<T>(
  title: string,
  work: (update: (text: string) => void) => Promise<T>,
): Promise<T> {
  // A terminal of no width, as some tools make, has no room for it.
  if (!process.stderr.isTTY || !process.stderr.columns) return work(() => {});
  // ora itself does not know NO_COLOR.
  const color = hasColors(process.stderr) ? "cyan" : false;
  const spinner = ora({ text: title, stream: process.stderr, discardStdin: false, color });
  spinner.start();
  try {
    const result = await work((text) => {
      spinner.text = `${title}: ${text}`;
    });
    spinner.stop();
    return result;
  } catch (error) {
    spinner.stopAndPersist({ symbol: style("red", "✗", process.stderr) });
    throw error;
  }
}
