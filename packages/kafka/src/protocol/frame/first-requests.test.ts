import { describe, expect, it } from "vitest";

import { MalformedMessageError } from "../errors/message-errors.ts";
import { ApiVersions, Metadata } from "../generated/index.ts";
import { FrameDecoder } from "./frame-decoder.ts";
import { decodeRequestBody, readRequestFrame } from "./request-frame.ts";
import type { RequestFrame } from "./request-frame.ts";

/** The request in the bytes of one frame, its size in front. */
function read(hex: string): RequestFrame {
  const [frame, ...more] = [...new FrameDecoder().push(Buffer.from(hex.replaceAll(" ", ""), "hex"))];
  expect(more).toEqual([]);
  return readRequestFrame(frame as Uint8Array);
}

describe("what a client of 2019 sends first", () => {
  it("ApiVersions v2: size, key, version, correlation id and client id, and nothing else", () => {
    const frame = read("00000014 0012 0002 00000001 000a 636f6e73756d65722d31");
    expect(frame).toMatchObject({ apiVersion: 2, correlationId: 1, clientId: "consumer-1" });
    expect(frame.api).toBe(ApiVersions);
    expect(decodeRequestBody(frame)).toMatchObject({ clientSoftwareName: "", clientSoftwareVersion: "" });
  });

  it.each([0, 1, 2, 3])("Metadata v%i: both topics", (version) => {
    const frame = read(`0000001c 0003 000${version} 00000002 0006 636c69656e74 00000002 0002 4869 0002 4f6b`);
    expect(frame.api).toBe(Metadata);
    expect(decodeRequestBody(frame)).toMatchObject({ topics: [{ name: "Hi" }, { name: "Ok" }] });
  });

  it.each([
    ["01", true],
    ["00", false],
  ])("Metadata v4: both topics, and whether they may be made: %s", (byte, allowAutoTopicCreation) => {
    const frame = read(`0000001d 0003 0004 00000002 0006 636c69656e74 00000002 0002 4869 0002 4f6b ${byte}`);
    expect(decodeRequestBody(frame)).toMatchObject({
      topics: [{ name: "Hi" }, { name: "Ok" }],
      allowAutoTopicCreation,
    });
  });
});

describe("the client id of a request", () => {
  it.each([
    ["absent", "ffff", null],
    ["empty", "0000", ""],
    ["one letter", "0001 61", "a"],
  ])("is %s", (_, bytes, clientId) => {
    const size = (8 + bytes.replaceAll(" ", "").length / 2).toString(16).padStart(8, "0");
    expect(read(`${size} 0012 0000 00000007 ${bytes}`)).toMatchObject({ clientId, correlationId: 7 });
  });

  it.each([
    ["a length below -1", "fffe"],
    ["the most negative length", "8000"],
    ["a length beyond the frame", "0005 61"],
    ["half a length", "00"],
  ])("is refused with %s, in words that say where", (_, bytes) => {
    const size = (8 + bytes.replaceAll(" ", "").length / 2).toString(16).padStart(8, "0");
    let error: unknown;
    try {
      read(`${size} 0012 0000 00000007 ${bytes}`);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(MalformedMessageError);
    expect(String(error)).toMatch(/clientId/);
  });

  it("is read with U+FFFD for bytes that are no UTF-8, as Java does it", () => {
    expect(read("0000000c 0012 0000 00000007 0002 c328").clientId).toBe("\ufffd(");
  });
});
