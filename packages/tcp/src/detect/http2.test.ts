import { describe, expect, it } from "vitest";

import { http2Detector } from "./http2.ts";

const preface = Buffer.from("505249202a20485454502f322e300d0a0d0a534d0d0a0d0a", "hex");

describe("the HTTP/2 detector", () => {
  it("knows the whole preface, and wants more before", () => {
    for (let length = 0; length < preface.length; length++) {
      expect(http2Detector.detect(preface.subarray(0, length))).toBe("more");
    }
    expect(http2Detector.detect(preface)).toBe("match");
    expect(http2Detector.detect(Buffer.concat([preface, Buffer.alloc(9)]))).toBe("match");
    expect(http2Detector.facts?.(preface)).toEqual({ detail: "h2" });
  });

  it("refuses a change of any of its bytes, at that byte", () => {
    for (let at = 0; at < preface.length; at++) {
      const bytes = Buffer.from(preface);
      bytes.writeUInt8(preface.readUInt8(at) ^ 0x20, at);
      expect(http2Detector.detect(bytes.subarray(0, at))).toBe("more");
      expect(http2Detector.detect(bytes.subarray(0, at + 1))).toBe("no");
    }
  });
});
