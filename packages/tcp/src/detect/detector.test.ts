import { describe, expect, it } from "vitest";

import { literal, uint, uintBetween } from "./detector.ts";

describe("uintBetween", () => {
  it.each([
    [[], "more"],
    [[0x00], "more"],
    [[0x01], "more"],
    [[0x02], "no"],
    [[0x00, 0x0f], "no"],
    [[0x00, 0x10], "match"],
    [[0x01, 0x20], "match"],
    [[0x01, 0x21], "no"],
    [[0x01, 0x20, 0xff], "match"],
  ])("judges %j of a number from 0x10 to 0x120: %s", (bytes, verdict) => {
    expect(uintBetween(Uint8Array.from(bytes), 0, 2, 0x10, 0x120)).toBe(verdict);
  });

  it("asks for more when the bytes end before the number begins", () => {
    expect(uintBetween(Uint8Array.of(1, 2), 7, 4, 0, 5)).toBe("more");
    expect(uintBetween(Uint8Array.of(1, 2), 7, 1, 256, 300)).toBe("no");
  });
});

describe("uint", () => {
  it("reads big-endian, beyond 31 bits too", () => {
    expect(uint(Uint8Array.of(9, 0xff, 0xff, 0xff, 0xfe), 1, 4)).toBe(0xffff_fffe);
  });
});

describe("literal", () => {
  it.each([
    ["", "more"],
    ["PR", "more"],
    ["PRI", "match"],
    ["PRI *", "match"],
    ["POST", "no"],
  ])("judges %j against PRI: %s", (text, verdict) => {
    expect(literal(Buffer.from(text), 0, "PRI")).toBe(verdict);
  });
});
