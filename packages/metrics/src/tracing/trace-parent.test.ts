import { createTraceState } from "@opentelemetry/api";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { formatTraceParent, hasTraceParent, parseTraceParent, traceContextOf } from "./trace-parent.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const valid = `00-${traceId}-${spanId}-01`;

describe("parseTraceParent", () => {
  it("reads version 00", () => {
    expect(parseTraceParent(valid)).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true });
    expect(parseTraceParent(`00-${traceId}-${spanId}-00`)?.traceFlags).toBe(0);
  });

  it("reads what it knows of a later version, and of flags", () => {
    expect(parseTraceParent(`01-${traceId}-${spanId}-03-more`)).toMatchObject({ traceId, traceFlags: 1 });
  });

  it("keeps the state beside it", () => {
    expect(parseTraceParent(valid, "a=1,b=2")?.traceState?.serialize()).toBe(
      createTraceState("a=1,b=2").serialize(),
    );
  });

  it.each([
    ["", "nothing"],
    [`ff-${traceId}-${spanId}-01`, "version ff"],
    [`${valid}-more`, "more behind a version 00"],
    [`${valid} `, "a space"],
    [`00-${"0".repeat(32)}-${spanId}-01`, "a trace id of zeros"],
    [`00-${traceId}-${"0".repeat(16)}-01`, "a span id of zeros"],
    [`00-${traceId.toUpperCase()}-${spanId}-01`, "upper case"],
    [`00-${traceId.slice(1)}-${spanId}-01`, "a short trace id"],
    [`0-${traceId}-${spanId}-01`, "a short version"],
    [`00-${traceId}-${spanId}-1`, "short flags"],
    [`00-${traceId}-${spanId}-0g`, "flags that are no number"],
    [`00_${traceId}_${spanId}_01`, "other separators"],
  ])("refuses %s: %s", (text) => {
    expect(parseTraceParent(text)).toBeUndefined();
  });

  it("reads back whatever is written, and never throws", () => {
    const hex = (length: number) =>
      fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((id) => !/^0+$/.test(id));
    fc.assert(
      fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 1 }), (traceId, spanId, traceFlags) => {
        const context = { traceId, spanId, traceFlags };
        expect(parseTraceParent(formatTraceParent(context))).toEqual({ ...context, isRemote: true });
      }),
    );
    fc.assert(fc.property(fc.string(), fc.string(), (text, state) => void parseTraceParent(text, state)));
  });
});

describe("the context of a record", () => {
  const bytes = (text: string) => Buffer.from(text);

  it("is found whatever the case of the key, and among other headers", () => {
    const headers = [
      { key: "a", value: null },
      { key: "TraceParent", value: bytes(valid) },
      { key: "TRACESTATE", value: bytes("a=1") },
    ];
    expect(traceContextOf(headers)).toMatchObject({ traceId, spanId });
    expect(traceContextOf(headers)?.traceState?.get("a")).toBe("1");
    expect(hasTraceParent(headers)).toBe(true);
  });

  it("is the last of several", () => {
    const other = valid.replace("4bf9", "aaaa");
    const headers = [other, valid].map((text) => ({ key: "traceparent", value: bytes(text) }));
    expect(traceContextOf(headers)?.traceId).toBe(traceId);
  });

  it("is not there where the header is empty, null, endless or another one", () => {
    for (const value of [null, bytes(""), Buffer.alloc(100_000, "0")]) {
      expect(traceContextOf([{ key: "traceparent", value }])).toBeUndefined();
      expect(hasTraceParent([{ key: "traceparent", value }])).toBe(true);
    }
    expect(traceContextOf([{ key: "traceparents", value: bytes(valid) }])).toBeUndefined();
    expect(hasTraceParent([{ key: "traceparents", value: bytes(valid) }])).toBe(false);
    expect(traceContextOf([])).toBeUndefined();
  });
});
