import { describe, expect, it } from "vitest";

import { namePattern } from "./name-pattern.ts";

const cases: readonly [pattern: string, name: string, expected: boolean][] = [
  ["orders", "orders", true],
  ["orders", "orders-2", false],
  ["*", "", true],
  ["**", "anything", true],
  ["orders*", "orders", true],
  ["orders*", "orders-2", true],
  ["orders*", "my-orders", false],
  ["*orders", "my-orders", true],
  ["*orders", "orders-2", false],
  ["a*b*c", "a-b-c", true],
  ["a*b*c", "a-c", false],
  ["a*bc*c", "abc", false],
  ["aa*aa", "aaa", false],
  ["aa*aa", "aaaa", true],
  ["*ab*ab*", "ab", false],
  ["a.c", "abc", false],
  ["[a]+", "a", false],
];

describe("namePattern", () => {
  it.each(cases)("%s and %j: %s", (pattern, name, expected) => {
    expect(namePattern("topic", pattern)(name)).toBe(expected);
  });

  it("takes no longer for a pattern that is meant to", () => {
    const pattern = namePattern("topic", `${"*a".repeat(200)}*b`);
    expect(pattern("a".repeat(100_000))).toBe(false);
  });

  it("says which pattern is none", () => {
    expect(() => namePattern("topic", "")).toThrow("topic must be a name or pattern");
    expect(() => namePattern("client", "x".repeat(501))).toThrow(RangeError);
  });
});
