import { describe, expect, it } from "vitest";

import { flagHelp, readFlags } from "./flags.ts";

const flags = {
  listen: { value: "HOST:PORT", help: "where clients connect" },
  verbose: { help: "say more", short: "v", fallback: "off" },
} as const;

describe("readFlags", () => {
  it("reads values in both spellings, switches, and short forms", () => {
    expect(readFlags("run", flags, ["--listen", "a:1", "-v"])).toEqual({ listen: "a:1", verbose: "true" });
    expect(readFlags("run", flags, ["--listen=a:1"])).toEqual({ listen: "a:1" });
  });

  it("names every fault at once, with the nearest flag there is", () => {
    expect(() => readFlags("run", flags, ["--lisen", "a:1", "--verbose=no", "--listen"])).toThrow(
      "unknown flag --lisen - did you mean --listen?; --verbose takes no value; --listen needs a value: --listen HOST:PORT (see: pagoda run --help)",
    );
  });

  it("does not take the next flag for a value that was forgotten", () => {
    expect(() => readFlags("run", flags, ["--listen", "--verbose"])).toThrow("--listen needs a value");
  });

  it("refuses a flag given twice, and stray arguments", () => {
    expect(() => readFlags("run", flags, ["-v", "--verbose"])).toThrow("--verbose is given twice");
    expect(() => readFlags("run", flags, ["stray"])).toThrow('unexpected argument "stray"');
  });
});

describe("flagHelp", () => {
  it("aligns flags, and shows defaults in brackets", () => {
    expect(flagHelp(flags)).toBe(
      ["  --listen HOST:PORT   where clients connect", "  -v, --verbose        say more [off]"].join("\n"),
    );
  });
});
