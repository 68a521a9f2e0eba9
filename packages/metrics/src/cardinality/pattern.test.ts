import { expect, it } from "vitest";

import { labelPattern } from "./pattern.ts";

it.each([
  "orders",
  "^(.*)-(\\d+)-(.*)$",
  "^(?:a|b)-\\d+$",
  "(?<team>[^.]+)\\..*",
  "[(*+]{2,9}",
  "\\p{Lu}+\\(",
  "(?=x)x?",
])("takes %s", (source) => {
  expect(labelPattern("allow", source).source).toBe(source);
});

it.each(["(a+)+$", "(a|a)*", "(a?){30}", "((a|b)c)+", "(\\w*\\s)*x", "(?:a{1,9}){2,}"])(
  "refuses %s, which could hang",
  (source) => {
    expect(() => labelPattern("allow", source)).toThrow(/allow: a repeat inside a repeat/);
  },
);

it.each([".*.*.*x", "^.*.*.*.*x", `^${"a?".repeat(30)}`, "^a|.*.*.*"])(
  "refuses %s, which has too many repeats",
  (source) => {
    expect(() => labelPattern("allow", source)).toThrow(/too many repeats/);
  },
);

it("refuses what is no pattern, or a very long one", () => {
  expect(() => labelPattern("deny", "(")).toThrow(RangeError);
  expect(() => labelPattern("deny", "a".repeat(1_001))).toThrow(/1000 characters/);
});
