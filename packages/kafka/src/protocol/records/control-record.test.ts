import { describe, expect, it } from "vitest";

import { controlRecord } from "./control-record.ts";

function record(key: string | null, value: string | null): Record<"key" | "value", Buffer | null> {
  const bytes = (hex: string | null): Buffer | null => (hex === null ? null : Buffer.from(hex, "hex"));
  return { key: bytes(key), value: bytes(value) };
}

describe("controlRecord", () => {
  it("reads a transaction marker, whose version stands before it", () => {
    expect(controlRecord(record("00000001", "0000000002c8"))).toEqual({
      keyVersion: 0,
      type: 1,
      typeName: "COMMIT",
      messageName: "EndTxnMarker",
      messageVersion: 0,
      body: Buffer.from("000002c8", "hex"),
    });
  });

  it("reads others, whose version is their first field", () => {
    expect(controlRecord(record("00010002", "000100"))).toEqual({
      keyVersion: 1,
      type: 2,
      typeName: "LEADER_CHANGE",
      messageName: "LeaderChangeMessage",
      messageVersion: 1,
      body: Buffer.from("000100", "hex"),
    });
  });

  it.each([
    ["0000ffff", -1],
    ["00000007", 7],
  ])("passes on a type that it does not know: %s", (key, type) => {
    const expected = { type, typeName: "UNKNOWN", messageName: null, body: Buffer.from([1]) };
    expect(controlRecord(record(key, "01"))).toMatchObject(expected);
  });

  it("reads a marker without a value", () => {
    expect(controlRecord(record("00000000", null))).toMatchObject({ messageVersion: -1, body: null });
  });

  it.each([null, "", "000000"])("finds none in a key of %s", (key) => {
    expect(controlRecord(record(key, "00"))).toBeUndefined();
  });
});
