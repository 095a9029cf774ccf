// The last line of a test run: "12 passed, 0 failed". Not the report itself, which is vitest's
// default reporter; this one only counts. Configured in vitest.config.ts.

import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** What a run came to: single tests, with a broken file or stray error as one failure. */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts the tests of the modules that ran, and the errors that belong to no test. */
function countTests(
  modules: readonly Pick<TestModule, "children" | "errors">[],
  unhandledErrors: readonly SerializedError[],
): Tally {
  const tally: Tally = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const testModule of modules) {
    if (testModule.errors().length > 0) tally.failed += 1;
    for (const suite of testModule.children.allSuites()) {
      if (suite.errors().length > 0) tally.failed += 1;
    }
    for (const test of testModule.children.allTests()) {
      const { state } = test.result();
      // A test that is still pending when the run ends was cut off: it has proved nothing.
      tally[state === "pending" ? "failed" : state] += 1;
    }
  }
  return tally;
}

/** The line itself; skipped tests are named only when there are some. */
function tallyLine({ passed, failed, skipped }: Tally): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/**
 * Prints the tally when the process exits, because only then has everything else been printed.
 * A run that stops before it ends, for instance while starting up, counts as one failure.
 */
export default class TallyReporter implements Reporter {
  #tally: Tally = { passed: 0, failed: 1, skipped: 0 };

  onInit(): void {
    process.once("exit", () => {
      const nothingRan = this.#tally.passed + this.#tally.failed === 0;
      if (nothingRan || this.#tally.failed > 0) process.exitCode = 1;
      process.stdout.write(`${tallyLine(this.#tally)}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    this.#tally = countTests(modules, unhandledErrors);
  }
}
