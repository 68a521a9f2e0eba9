import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

/** Counts what passed and failed, and collects why suites were skipped. Prints nothing itself. */
export class TestTally implements Reporter {
  passed = 0;
  /** Tests, and besides them every error outside a test: a file that does not load, a failed hook. */
  failed = 0;
  /** One line for each suite whose needs this machine does not meet. */
  readonly skippedSuites: string[] = [];

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.failed += unhandledErrors.length;
    for (const module of modules) {
      for (const test of module.children.allTests()) this.#count(test, module);
      for (const suite of [module, ...module.children.allSuites()]) this.#countErrors(suite);
    }
  }

  #count(test: TestCase, { relativeModuleId }: TestModule): void {
    const result = test.result();
    if (result.state === "passed") this.passed++;
    if (result.state === "failed") this.failed++;
    // Only tests that were skipped while they ran have a note: the others chose not to run.
    if (result.state !== "skipped" || result.note === undefined) return;
    const suite = test.parent.type === "suite" ? test.parent.fullName : test.name;
    this.skippedSuites.push(`SKIPPED "${suite}": ${result.note}, and then: npm test -- ${relativeModuleId}`);
  }

  #countErrors(suite: TestModule | TestSuite): void {
    if (suite.errors().length > 0) this.failed++;
  }
}
