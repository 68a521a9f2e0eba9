import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { kafkaErrorNamed, kafkaErrorOf, kafkaErrors } from "./error-codes.ts";

/** What Apache Kafka 4.3.1 has; see ErrorCodes.java beside it. */
const golden = readFileSync(new URL("../../../test/golden/error-codes.tsv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => line.split("\t"))
  .map(([code, name, retriable]) => ({ code: Number(code), name, retriable: retriable === "true" }));

describe("Kafka's error codes", () => {
  it("are those of Apache Kafka", () => {
    expect(kafkaErrors.map(({ code, name, retriable }) => ({ code, name, retriable }))).toEqual(golden);
  });

  it("are found by code", () => {
    for (const { code, name } of golden)
      expect(kafkaErrorOf(code)).toMatchObject({ known: true, code, name });
  });

  it("are found by name", () => {
    for (const error of kafkaErrors) expect(kafkaErrorNamed(error.name)).toBe(error);
    expect(kafkaErrorNamed("NO_SUCH_ERROR")).toBeUndefined();
    expect(kafkaErrorNamed("toString")).toBeUndefined();
  });

  it("each say in a sentence of their own what they mean", () => {
    const descriptions = kafkaErrors.map((error) => error.description);
    expect(new Set(descriptions).size).toBe(kafkaErrors.length);
    for (const description of descriptions) expect(description).toMatch(/^[A-Z].{5,90}\.$/);
  });

  it.each([-2, 134, 32_767, -32_768])("fold into one name where they are not known: %i", (code) => {
    expect(kafkaErrorOf(code)).toEqual({
      known: false,
      code,
      name: "UNKNOWN",
      retriable: false,
      description: `Error code ${code}, which is not known here.`,
    });
  });
});
