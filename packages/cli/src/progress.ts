import ora from "ora";

/** Shows how far long work is, in a terminal; on standard error, as the result is on the other. */
export async function withProgress<T>(
  title: string,
  work: (update: (text: string) => void) => Promise<T>,
): Promise<T> {
  // A terminal of no width, as some tools make, has no room for it.
  if (!process.stderr.isTTY || !process.stderr.columns) return work(() => {});
  const spinner = ora({ text: title, stream: process.stderr, discardStdin: false });
  spinner.start();
  try {
    const result = await work((text) => {
      spinner.text = `${title}: ${text}`;
    });
    spinner.stop();
    return result;
  } catch (error) {
    spinner.fail();
    throw error;
  }
}
