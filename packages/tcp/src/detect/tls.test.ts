import { describe, expect, it } from "vitest";

import { tlsDetector } from "./tls.ts";

const judge = (hex: string): string => tlsDetector.detect(Buffer.from(hex, "hex"));

describe("the TLS detector", () => {
  it("decides on six bytes", () => {
    const head = "160301020001";
    for (let length = 0; length < 6; length++) expect(judge(head.slice(0, length * 2))).toBe("more");
    expect(judge(head)).toBe("match");
  });

  it("knows every version of the record, and the smallest and largest one", () => {
    for (const version of ["0300", "0301", "0302", "0303", "0304"]) {
      expect(judge(`16${version}000101`)).toBe("match");
      expect(judge(`16${version}400001`)).toBe("match");
    }
  });

  it.each([
    ["an alert", "15", 1],
    ["application data", "17", 1],
    ["another major version", "1602", 2],
    ["a later minor version", "160305", 3],
    ["an empty record", "1603010000", 5],
    ["a record too large", "1603014001", 5],
    ["a record far too large", "160301ff", 4],
    ["a ServerHello", "160301020002", 6],
    ["the hello of SSL 2", "802e010301", 1],
  ])("refuses %s at the byte that shows it", (_, hex, at) => {
    if (at > 1) expect(judge(hex.slice(0, (at - 1) * 2))).toBe("more");
    expect(judge(hex.slice(0, at * 2))).toBe("no");
    expect(judge(`${hex}00000000`)).toBe("no");
  });
});
