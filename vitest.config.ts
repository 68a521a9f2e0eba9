import { defineConfig } from "vitest/config";

// Tests run from source: no build comes first.
const conditions = ["@pagoda/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "packages/*/src/**/*.test.ts",
            "packages/*/test/**/*.test.ts",
            "packages/kafka/generator/**/*.test.ts",
            "examples/*/*.test.ts",
            "scripts/**/*.test.ts",
            "test/**/*.test.ts",
          ],
          exclude: ["**/*.integration.test.ts", "**/node_modules/**"],
          // A machine may be busy: how long a test takes is no assertion.
          testTimeout: 30_000,
          // Vitest leaves a core free, which is half of a small machine.
          maxWorkers: "100%",
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["packages/*/test/**/*.integration.test.ts", "test/**/*.integration.test.ts"],
          globalSetup: ["test/support/shared-kafka.ts"],
          testTimeout: 120_000,
          // Long enough to download Kafka.
          hookTimeout: 300_000,
          // One file at a time, after the unit tests: they share ports, brokers and two cores.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
