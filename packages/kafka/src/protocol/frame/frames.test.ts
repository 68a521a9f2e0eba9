import { describe, expect, it } from "vitest";

import { ApiVersions, ControlledShutdown, Fetch, Metadata, Produce } from "../generated/index.ts";
import {
  encodeRequestFrame,
  encodeRequestParts,
  encodeResponseFrame,
  encodeResponseParts,
} from "./encode-frame.ts";
import { decodeRequestBody, readRequestFrame } from "./request-frame.ts";
import { correlationIdOf, decodeResponseBody, readResponseFrame } from "./response-frame.ts";

const header = { correlationId: 7, clientId: "me" };

function withoutSize(frame: Uint8Array): Uint8Array {
  const bytes = Buffer.from(frame);
  expect(bytes.readInt32BE()).toBe(bytes.length - 4);
  return bytes.subarray(4);
}

function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

describe("a request frame", () => {
  it.each([
    ["header 1", 8],
    ["header 2", 9],
  ])("comes back as it was written, with %s", (_, version) => {
    const body = Metadata.request.of({ topics: [{ name: "orders" }] });
    const frame = readRequestFrame(withoutSize(encodeRequestFrame(Metadata, version, header, body)));
    expect(frame).toMatchObject({ apiKey: 3, apiVersion: version, correlationId: 7, clientId: "me" });
    expect(frame.api).toBe(Metadata);
    expect(decodeRequestBody(frame)).toMatchObject({ topics: [{ name: "orders" }] });
  });

  it("has no client id in the first ControlledShutdown", () => {
    const body = ControlledShutdown.request.of({ brokerId: 5 });
    const bytes = withoutSize(encodeRequestFrame(ControlledShutdown, 0, header, body));
    expect(bytes).toHaveLength(12);
    expect(readRequestFrame(bytes)).toMatchObject({ clientId: null, bodyOffset: 8 });
  });

  it("keeps tagged fields of the header", () => {
    const unknownTaggedFields = [{ tag: 4, data: Uint8Array.of(1, 2) }];
    const bytes = encodeRequestFrame(Metadata, 12, { ...header, unknownTaggedFields }, Metadata.request.of());
    expect(readRequestFrame(withoutSize(bytes)).unknownTaggedFields).toEqual(unknownTaggedFields);
  });

  it.each([
    ["an unknown api", "7fff 0001", 0x7fff, 1],
    ["an unknown version", "0003 0063", 3, 99],
    ["a negative version", "0003 ffff", 3, -1],
  ])("of %s still says who asks for what", (_, asked, apiKey, apiVersion) => {
    const frame = readRequestFrame(bytesOf(`${asked} 00000007 0002 6d65 ffffff`));
    expect(frame).toMatchObject({
      apiKey,
      apiVersion,
      correlationId: 7,
      clientId: "me",
      api: null,
      bodyOffset: -1,
    });
    expect(() => decodeRequestBody(frame)).toThrow(expect.objectContaining({ code: "UNSUPPORTED_VERSION" }));
  });

  it("that is cut is malformed, and says where", () => {
    expect(() => readRequestFrame(bytesOf("0003 0009 00000007 0005 6d65"))).toThrow(
      expect.objectContaining({
        code: "MALFORMED_MESSAGE",
        messageName: "RequestHeader",
        path: "clientId",
        offset: 10,
      }),
    );
  });

  it("with a body that cannot be sent names the field", () => {
    const body = { ...Produce.request.of(), acks: 70_000 };
    expect(() => encodeRequestFrame(Produce, 9, header, body)).toThrow(
      expect.objectContaining({ code: "INVALID_MESSAGE", path: "acks" }),
    );
    // The next one is not touched by what the failed one had written.
    withoutSize(encodeRequestFrame(Produce, 9, header, Produce.request.of()));
  });
});

describe("a response frame", () => {
  it.each([
    ["header 0", 8, 4],
    ["header 1", 9, 5],
  ])("comes back as it was written, with %s", (_, version, bodyOffset) => {
    const body = Metadata.response.of({ controllerId: 3 });
    const bytes = withoutSize(encodeResponseFrame(Metadata, version, { correlationId: 7 }, body));
    expect(correlationIdOf(bytes)).toBe(7);
    const frame = readResponseFrame(bytes, Metadata, version);
    expect(frame).toMatchObject({ correlationId: 7, bodyOffset, bodyVersion: version });
    expect(decodeResponseBody(frame, Metadata).controllerId).toBe(3);
  });

  it("has header 0 for ApiVersions in every version", () => {
    for (let version = 0; version <= ApiVersions.versions.max; version++) {
      const bytes = withoutSize(encodeResponseFrame(ApiVersions, version, header, ApiVersions.response.of()));
      expect(readResponseFrame(bytes, ApiVersions, version).bodyOffset).toBe(4);
    }
  });

  it("of ApiVersions that refuses the version has a body of version 0", () => {
    const refusal = ApiVersions.response.of({
      errorCode: 35,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }],
    });
    const bytes = withoutSize(encodeResponseFrame(ApiVersions, 0, header, refusal));
    const frame = readResponseFrame(bytes, ApiVersions, 4);
    expect(frame.bodyVersion).toBe(0);
    expect(decodeResponseBody(frame, ApiVersions).apiKeys).toHaveLength(1);
  });

  it("that is cut is malformed", () => {
    expect(() => correlationIdOf(bytesOf("0000"))).toThrow(
      expect.objectContaining({ messageName: "ResponseHeader" }),
    );
    expect(() => readResponseFrame(bytesOf("00000007 01"), Metadata, 9)).toThrow(
      expect.objectContaining({ messageName: "ResponseHeader", version: 1, offset: 5 }),
    );
  });
});

describe("a frame in parts", () => {
  const large = new Uint8Array(5000).fill(7);
  const body = Produce.request.of({
    topicData: [
      {
        name: "a",
        partitionData: [
          { index: 0, records: large },
          { index: 1, records: Uint8Array.of(1) },
          { index: 2, records: large },
        ],
      },
    ],
  });

  it("has the bytes of the frame in one piece", () => {
    for (const version of [3, 9]) {
      const parts = encodeRequestParts(Produce, version, header, body);
      expect(parts).toHaveLength(version === 3 ? 4 : 5);
      expect(Buffer.concat(parts).equals(encodeRequestFrame(Produce, version, header, body))).toBe(true);
    }
    const response = Fetch.response.of({ responses: [{ topic: "a", partitions: [{ records: large }] }] });
    const parts = encodeResponseParts(Fetch, 12, { correlationId: 7 }, response);
    expect(Buffer.concat(parts).equals(encodeResponseFrame(Fetch, 12, { correlationId: 7 }, response))).toBe(
      true,
    );
  });

  it("does not copy large records", () => {
    expect(encodeRequestParts(Produce, 9, header, body)[1]).toBe(large);
  });

  it("keeps a tagged field in one piece, whose size comes before it", () => {
    const unknownTaggedFields = [{ tag: 100, data: large }];
    const endpoints = Fetch.response.of({
      nodeEndpoints: [{ host: "a", unknownTaggedFields }],
      unknownTaggedFields,
    });
    const parts = encodeResponseParts(Fetch, 16, { correlationId: 7 }, endpoints);
    expect(parts.map(({ length }) => length > large.length)).toEqual([true, false]);
    const frame = encodeResponseFrame(Fetch, 16, { correlationId: 7 }, endpoints);
    expect(Buffer.concat(parts).equals(frame)).toBe(true);
  });

  it("leaves nothing of a failure in the next one", () => {
    const bad = { ...body, timeoutMs: Number.NaN, topicData: body.topicData };
    const late = { ...body, unknownTaggedFields: [{ tag: -1, data: large }] };
    expect(() => encodeRequestParts(Produce, 9, header, bad)).toThrow(
      expect.objectContaining({ path: "timeoutMs" }),
    );
    expect(() => encodeRequestParts(Produce, 9, header, late)).toThrow(
      expect.objectContaining({ path: "unknownTaggedFields[0].tag" }),
    );
    expect(Buffer.concat(encodeRequestParts(Produce, 9, header, body))).toEqual(
      Buffer.from(encodeRequestFrame(Produce, 9, header, body)),
    );
  });
});
