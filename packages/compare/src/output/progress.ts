import { Listr } from "listr2";

export interface Step {
  readonly title: string;
  run(onProgress: (text: string) => void): Promise<void>;
}

/** Runs the steps one after the other and shows how far they are; in a terminal, live. */
export async function withProgress(steps: readonly Step[]): Promise<void> {
  const tasks = steps.map(({ title, run }, i) => ({
    title: `${i + 1}/${steps.length} ${title}`,
    task: (_: unknown, task: { output: string }) =>
      run((text) => {
        if (process.stdout.isTTY) task.output = text;
      }),
  }));
  await new Listr(tasks, { concurrent: false, registerSignalListeners: false }).run();
}
