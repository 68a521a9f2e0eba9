import { describe, expect, it } from "vitest";

import { callable, milliseconds, notNegative, positive, whole } from "./options.ts";

describe("positive", () => {
  it.each([Number.MIN_VALUE, 1, 1e300])("accepts %s", (value) => {
    expect(positive("ratio", value)).toBe(value);
  });

  it.each([0, -1, Infinity, Number.NaN])("refuses %s", (value) => {
    expect(() => positive("ratio", value)).toThrow(new RangeError(`ratio must be > 0, got ${value}`));
  });
});

describe("notNegative", () => {
  it.each([0, 0.5, 7])("accepts %s", (value) => {
    expect(notNegative("ratio", value)).toBe(value);
  });

  it.each([-0.1, Infinity, Number.NaN])("refuses %s", (value) => {
    expect(() => notNegative("ratio", value)).toThrow(new RangeError(`ratio must be >= 0, got ${value}`));
  });
});

describe("whole", () => {
  it.each([1, 2, 10])("accepts %s between 1 and 10", (value) => {
    expect(whole("max", value, 1, 10)).toBe(value);
  });

  it.each([0, 11, 1.5, Number.NaN])("refuses %s between 1 and 10", (value) => {
    expect(() => whole("max", value, 1, 10)).toThrow(
      new RangeError(`max must be a whole number from 1 to 10, got ${value}`),
    );
  });

  it("names the lower bound alone when there is no upper one", () => {
    expect(whole("max", Number.MAX_SAFE_INTEGER, 1)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => whole("max", 2 ** 53, 1)).toThrow("max must be a whole number >= 1, got 9007199254740992");
  });

  it("shows a string for the string that it is", () => {
    expect(() => whole("max", "3" as never, 1)).toThrow('max must be a whole number >= 1, got "3"');
  });
});

describe("milliseconds", () => {
  it.each([0.5, 1, 2 ** 31 - 1])("accepts %s", (value) => {
    expect(milliseconds("timeoutMs", value)).toBe(value);
  });

  it.each([0, -1, 2 ** 31, Infinity, Number.NaN])("refuses %s, which a timer cannot hold", (value) => {
    expect(() => milliseconds("timeoutMs", value)).toThrow(
      new RangeError(`timeoutMs must be > 0 and at most 2147483647 ms, got ${value}`),
    );
  });
});

describe("callable", () => {
  it("accepts a function and gives it back", () => {
    const fn = (): number => 1;
    expect(callable("fn", fn)).toBe(fn);
  });

  it.each([undefined, null, "fn", {}])("refuses %s", (value) => {
    expect(() => callable("fn", value)).toThrow(TypeError);
    expect(() => callable("fn", value)).toThrow("fn must be a function, got ");
  });
});
