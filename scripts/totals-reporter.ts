import type { Reporter, TestModule } from "vitest/node";

/** Ends the run with one line of totals that needs no terminal to be read. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      if (module.children.size === 0) count.failed += module.errors().length > 0 ? 1 : 0;
      for (const test of module.children.allTests()) count[test.result().state]++;
    }
    const { passed, failed, skipped, pending } = count;
    process.stdout.write(`${passed} passed, ${failed + pending} failed, ${skipped} skipped\n`);
  }
}
