import { describe, expect, it } from "vitest";

import { splitOperands } from "./operands.ts";

const flags = {
  output: { short: "o", value: "text|json", help: "" },
  quiet: { help: "" },
} as const;

describe("splitOperands", () => {
  it("tells operands from flags and their values, in any order", () => {
    expect(splitOperands(flags, ["a", "-o", "json", "b", "--quiet", "c", "--output=json"])).toEqual({
      operands: ["a", "b", "c"],
      rest: ["-o", "json", "--quiet", "--output=json"],
    });
  });

  it("takes a hyphen, a negative number and what is behind -- for operands", () => {
    expect(splitOperands(flags, ["-", "-1", "--", "--quiet"])).toEqual({
      operands: ["-", "-1", "--quiet"],
      rest: [],
    });
  });

  it("leaves flags that are not known to whoever reads flags", () => {
    expect(splitOperands(flags, ["--nope", "x"])).toEqual({ operands: ["x"], rest: ["--nope"] });
  });
});
