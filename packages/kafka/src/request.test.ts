import { describe, expect, it } from "vitest";

import {
  apiVersionsRequest,
  frame,
  metadataRequest,
  metadataResponse,
  produceRequest,
} from "../test/support/wire.ts";
import { ApiVersions, Fetch, Metadata, Produce } from "./protocol/generated/index.ts";
import { encodeRequestFrame, encodeResponseFrame } from "./protocol/frame/encode-frame.ts";
import { KafkaRequest } from "./request.ts";
import { KafkaResponse } from "./response.ts";

describe("KafkaRequest", () => {
  it("is the very bytes that came, also when its body was read", () => {
    const bytes = metadataRequest(7);
    const request = KafkaRequest.read(bytes);
    expect(request.is(Metadata) && request.body.topics?.[0]?.name).toBe("orders");
    expect(request.toFrame()).toBe(bytes);
    expect(request.toFrame(8)).toEqual(Buffer.from(metadataRequest(8)));
  });

  it("decodes its body once", () => {
    const request = KafkaRequest.read(metadataRequest(7));
    expect(request.body).toBe(request.body);
  });

  it("is encoded anew with another body, and keeps its header", () => {
    const unknownTaggedFields = [{ tag: 9, data: Uint8Array.of(1) }];
    const header = { correlationId: 7, clientId: "me", unknownTaggedFields };
    const request = KafkaRequest.read(encodeRequestFrame(Metadata, 12, header, Metadata.request.of()));
    const body = Metadata.request.of({ topics: [] });
    expect(request.withBody(body).toFrame()).toEqual(encodeRequestFrame(Metadata, 12, header, body));
  });

  it.each(Array.from({ length: Produce.versions.max + 1 }, (_, version) => version))(
    "expects no response to Produce v%i with acks=0, whether its body was read or not",
    (version) => {
      for (const transactionalId of version >= 3 ? [null, "", "a transaction"] : [null]) {
        for (const acks of [0, 1, -1]) {
          const body = Produce.request.of({ transactionalId, acks });
          const bytes = encodeRequestFrame(Produce, version, { correlationId: 1, clientId: "x" }, body);
          const request = KafkaRequest.read(bytes);
          expect(request.expectsResponse).toBe(acks !== 0);
          expect(request.withBody(Produce.request.of({ acks: 0 })).expectsResponse).toBe(false);
        }
      }
    },
  );

  it("is of its API, and of no other", () => {
    const request = KafkaRequest.read(produceRequest(1, 1));
    expect([request.is(Produce), request.is(Fetch)]).toEqual([true, false]);
  });

  it.each([
    ["an api", [0x7f, 0xff, 0, 0]],
    ["a version", [0, 3, 0x7f, 0xff]],
  ])("passes as bytes when the codec does not know %s", (_, asked) => {
    const bytes = frame(...asked, 0, 0, 0, 7, 0xff, 0xff, 1, 2, 3);
    const request = KafkaRequest.read(bytes);
    expect(request).toMatchObject({ api: null, correlationId: 7, expectsResponse: true });
    expect(request.is(Metadata)).toBe(false);
    expect(request.toFrame()).toBe(bytes);
    const answer = frame(0, 0, 0, 7, 9, 9, 9);
    expect(KafkaResponse.read(answer, request).toFrame(7)).toBe(answer);
    expect(() => request.body).toThrow(expect.objectContaining({ code: "UNSUPPORTED_VERSION" }));
  });
});

describe("KafkaResponse", () => {
  const request = KafkaRequest.read(metadataRequest(7));

  it("is the very bytes that came, also when its body was read", () => {
    const bytes = metadataResponse(7);
    const response = KafkaResponse.read(bytes, request);
    expect(response.is(Metadata) && response.body.clusterId).toBe("cluster");
    expect(response.toFrame(7)).toBe(bytes);
  });

  it("is encoded anew with another body, and keeps its header", () => {
    const header = { correlationId: 7, unknownTaggedFields: [{ tag: 9, data: Uint8Array.of(1) }] };
    const bytes = encodeResponseFrame(Metadata, 12, header, Metadata.response.of());
    const response = KafkaResponse.read(bytes, request);
    const body = Metadata.response.of({ clusterId: "mine" });
    expect(response.withBody(body).withBody(body).toFrame(7)).toEqual(
      encodeResponseFrame(Metadata, 12, header, body),
    );
  });

  it("refuses ApiVersions in version 0, and reads such a refusal", () => {
    const asked = KafkaRequest.read(apiVersionsRequest(7, 4));
    const body = ApiVersions.response.of({ errorCode: 35 });
    const bytes = encodeResponseFrame(ApiVersions, 0, { correlationId: 7 }, body);
    expect(asked.respond(body).toFrame(7)).toEqual(bytes);
    expect(KafkaResponse.read(bytes, asked).body).toMatchObject({ errorCode: 35 });
  });
});
