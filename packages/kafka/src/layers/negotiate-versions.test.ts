import { Context } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { apiVersionsRequest, metadataRequest, produceRequest } from "../../test/support/wire.ts";
import { errorAnswer } from "../errors/error-answer.ts";
import { ApiVersions, Metadata, OffsetCommit, Produce } from "../protocol/generated/index.ts";
import type { ApiVersionsResponse } from "../protocol/generated/index.ts";
import type { Partially } from "../protocol/schema/defaults.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse } from "../response.ts";
import { negotiateVersions } from "./negotiate-versions.ts";
import type { NegotiateVersionsOptions } from "./negotiate-versions.ts";

const cx = Context.background();
const vendorKey = 10_001;

/** A request as a client sends it, of which only the header can be read. */
function opaque(apiKey: number, apiVersion: number): KafkaRequest {
  const bytes = Buffer.alloc(4 + 10 + 6);
  bytes.writeInt32BE(bytes.length - 4);
  bytes.writeInt16BE(apiKey, 4);
  bytes.writeInt16BE(apiVersion, 6);
  bytes.writeInt32BE(7, 8);
  bytes.writeInt16BE(-1, 12);
  return KafkaRequest.read(bytes);
}

function entry(apiKey: number, minVersion: number, maxVersion: number) {
  return { apiKey, minVersion, maxVersion };
}

function build(options: NegotiateVersionsOptions = {}) {
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  const passed: string[] = [];
  const refused: string[] = [];
  const outer = negotiateVersions({
    onOpaque: ({ apiKey, apiVersion }, reason) => passed.push(`${apiKey} v${apiVersion} ${reason}`),
    onRefused: ({ apiKey, apiVersion }, reason) => refused.push(`${apiKey} v${apiVersion} ${reason}`),
    ...options,
  })(inner.service);

  /** What a client is told that asks for versions, when the broker says `body`. */
  const negotiate = async (body: Partially<ApiVersionsResponse>, version = 4) => {
    const answer = outer.call(KafkaRequest.read(apiVersionsRequest(7, version)), cx);
    const call = await inner.call(inner.calls.length - 1);
    const told = KafkaResponse.of(call.request, ApiVersions.response.of(body)).toFrame(7);
    call.respond(KafkaResponse.read(told, call.request));
    const frame = ((await answer) as KafkaResponse).toFrame(7);
    return KafkaResponse.read(frame, call.request) as KafkaResponse<ApiVersionsResponse>;
  };
  return { inner, outer, passed, refused, negotiate };
}

describe("negotiateVersions advertises", () => {
  it("what broker, codec and stack all understand", async () => {
    const { negotiate } = build({ unknown: "deny", versions: { OffsetCommit: { min: 2, max: 8 } } });
    const { body } = await negotiate({
      apiKeys: [entry(3, 4, 99), entry(8, 0, 9), entry(18, 0, 4), entry(19, 90, 99), entry(12, 1, 3)],
    });
    expect(body.apiKeys).toMatchObject([
      entry(3, 4, Metadata.versions.max),
      entry(8, 2, 8),
      entry(18, 0, 4),
      entry(12, 1, 3),
    ]);
  });

  it("features and fields that nobody knows as they came", async () => {
    const { negotiate } = build();
    const unknownTaggedFields = [{ tag: 99, data: Uint8Array.of(1, 2) }];
    const said = {
      apiKeys: [{ ...entry(3, 0, 99), unknownTaggedFields }],
      throttleTimeMs: 3,
      supportedFeatures: [{ name: "kraft.version", minVersion: 0, maxVersion: 1 }],
      finalizedFeaturesEpoch: 12n,
      finalizedFeatures: [{ name: "kraft.version", minVersionLevel: 1, maxVersionLevel: 1 }],
      zkMigrationReady: true,
      unknownTaggedFields,
    };
    const { body } = await negotiate(said);
    expect(body).toMatchObject({ ...said, apiKeys: [{ ...entry(3, 0, 13), unknownTaggedFields }] });
  });

  it("the broker's minimum of Produce, whatever the stack takes (KAFKA-18659)", async () => {
    const { negotiate, outer, inner } = build({ versions: { Produce: { min: 3, max: 12 } } });
    const { body } = await negotiate({ apiKeys: [entry(0, 0, 13)] });
    expect(body.apiKeys).toMatchObject([entry(0, 0, 12)]);
    await expect(outer.call(KafkaRequest.read(produceRequest(1, 1, 2)), cx)).rejects.toMatchObject({
      error: "UNSUPPORTED_VERSION",
    });
    expect(inner.calls).toHaveLength(1);
  });

  it("what it does not know when it passes, but for what has to be read", async () => {
    const offered = [entry(8, 2, 11), entry(vendorKey, 0, 2), entry(0, 0, 14), entry(3, 0, 14)];
    const { negotiate } = build();
    const passing = await negotiate({ apiKeys: offered });
    expect(passing.body.apiKeys).toMatchObject([
      entry(8, 2, 11),
      entry(vendorKey, 0, 2),
      entry(0, 0, Produce.versions.max),
      entry(3, 0, Metadata.versions.max),
    ]);
    const reading = await build({ versions: { OffsetCommit: {} } }).negotiate({ apiKeys: offered });
    expect(reading.body.apiKeys[0]).toMatchObject(entry(8, 2, OffsetCommit.versions.max));
    const denying = await build({ unknown: "deny" }).negotiate({ apiKeys: offered });
    expect(denying.body.apiKeys.map(({ apiKey }) => apiKey)).toEqual([8, 0, 3]);
  });
});

describe("negotiateVersions tells a client that is newer", () => {
  it("than the proxy what it may ask, in version 0", async () => {
    const { outer, inner, refused } = build();
    const answer = (await outer.call(opaque(18, 5), cx)) as KafkaResponse;
    const [size, header, error, keys] = ["00000010", "00000007", "0023", "00000001001200000004"];
    expect(Buffer.from(answer.toFrame(7)).toString("hex")).toBe(size + header + error + keys);
    expect(inner.calls).toHaveLength(0);
    expect(refused).toEqual(["18 v5 unknown_version"]);
  });

  it("than the stack the stack's versions", async () => {
    const { outer } = build({ versions: { ApiVersions: { max: 2 } } });
    const request = KafkaRequest.read(apiVersionsRequest(7, 3));
    const answer = (await outer.call(request, cx)) as KafkaResponse;
    expect(KafkaResponse.read(answer.toFrame(7), request).body).toMatchObject({
      errorCode: 35,
      apiKeys: [entry(18, 0, 2)],
    });
  });

  it("than the broker what the broker says", async () => {
    const { negotiate, outer, inner } = build();
    const refused = await negotiate({ errorCode: 35, apiKeys: [entry(18, 0, 3)] });
    expect(refused.body).toMatchObject({ errorCode: 35, apiKeys: [entry(18, 0, 3)] });
    // No list, so nothing to hold requests against yet.
    void outer.call(KafkaRequest.read(produceRequest(1, 1)), cx);
    expect(inner.calls).toHaveLength(2);
  });

  it("no more than the broker's own versions, and never more than its own", async () => {
    const { negotiate } = build();
    const refused = await negotiate({ errorCode: 35, apiKeys: [entry(18, 0, 9)] });
    expect(refused.body.apiKeys).toMatchObject([entry(18, 0, 4)]);
  });
});

describe("negotiateVersions enforces", () => {
  it("what it advertised: a request outside never reaches the broker", async () => {
    const { negotiate, outer, inner, refused } = build();
    await negotiate({ apiKeys: [entry(3, 0, 11), entry(18, 0, 3)] });
    const request = KafkaRequest.read(metadataRequest(1));
    const failure: unknown = await outer.call(request, cx).catch((error: unknown) => error);
    expect(errorAnswer(request, failure)).toBeDefined();
    expect(failure).toMatchObject({ errorCode: 35, message: "Metadata v12 is not served here: 0 to 11 are" });
    await expect(outer.call(KafkaRequest.read(produceRequest(1, 1)), cx)).rejects.toMatchObject({
      message: "Produce v9 is not served here",
    });
    const again = (await outer.call(KafkaRequest.read(apiVersionsRequest(8, 4)), cx)) as KafkaResponse;
    expect(again.body).toMatchObject({ errorCode: 35, apiKeys: [entry(18, 0, 3)] });
    expect(inner.calls).toHaveLength(1);
    expect(refused).toEqual(["3 v12 not_offered", "0 v9 not_offered", "18 v4 not_offered"]);
  });

  it("codec and stack while the broker has said nothing", async () => {
    const { outer, inner } = build({ versions: { Metadata: { max: 9 } } });
    await expect(outer.call(opaque(3, 10), cx)).rejects.toMatchObject({ errorCode: 35 });
    void outer.call(opaque(3, 9), cx);
    expect(inner.calls).toHaveLength(1);
  });
});

describe("negotiateVersions and what the codec does not know", () => {
  it("passes and counts it, as the very request", () => {
    const { outer, inner, passed } = build();
    const requests = [opaque(vendorKey, 3), opaque(8, 11)];
    for (const request of requests) void outer.call(request, cx);
    expect(inner.calls.map(({ request }) => request)).toEqual(requests);
    expect(passed).toEqual([`${vendorKey} v3 unknown_api`, "8 v11 unknown_version"]);
  });

  it("passes a vendor's API that the broker does not list", async () => {
    const { negotiate, outer, inner } = build();
    await negotiate({ apiKeys: [entry(18, 0, 4)] });
    void outer.call(opaque(vendorKey, 3), cx);
    expect(inner.calls).toHaveLength(2);
  });

  it("refuses it where the stack has to see everything", async () => {
    const { outer, inner, refused } = build({ unknown: "deny" });
    for (const request of [opaque(vendorKey, 3), opaque(8, 11)]) {
      const failure: unknown = await outer.call(request, cx).catch((error: unknown) => error);
      expect(failure).toMatchObject({ error: "UNSUPPORTED_VERSION" });
      // Nobody knows how to answer it: the connection is closed.
      expect(errorAnswer(request, failure)).toBeUndefined();
    }
    expect(inner.calls).toHaveLength(0);
    expect(refused).toEqual([`${vendorKey} v3 unknown_api`, "8 v11 unknown_version"]);
  });

  it.each([
    ["Produce, of which it could not say whether there is an answer", 0, 14],
    ["Metadata, which has addresses", 3, 14],
    ["DescribeConfigs, which has addresses in text", 32, 5],
    ["SaslAuthenticate", 36, 3],
  ])("never passes a new version of %s", async (_, apiKey, apiVersion) => {
    const { outer, inner } = build();
    await expect(outer.call(opaque(apiKey, apiVersion), cx)).rejects.toMatchObject({ errorCode: 35 });
    expect(inner.calls).toHaveLength(0);
  });
});

describe("negotiateVersions stays out of the way", () => {
  it("of an ApiVersions response in which nothing changes", async () => {
    const { inner, outer } = build();
    const request = KafkaRequest.read(apiVersionsRequest(7, 4));
    const answer = outer.call(request, cx);
    const body = ApiVersions.response.of({ apiKeys: [entry(3, 0, 12)] });
    const response = KafkaResponse.read(KafkaResponse.of(request, body).toFrame(7), request);
    (await inner.call(0)).respond(response);
    expect(await answer).toBe(response);
    expect(response.untouched).toBe(true);
  });

  it("of answers, failures and cancellation", async () => {
    const { inner, outer } = build();
    const own = cx.fork();
    const first = outer.call(KafkaRequest.read(metadataRequest(1)), own);
    const second = outer.call(KafkaRequest.read(apiVersionsRequest(2, 4)), own);
    const third = outer.call(KafkaRequest.read(metadataRequest(3)), own);
    const settled = Promise.all([
      expect(second).rejects.toThrow("inner failed"),
      expect(third).rejects.toThrow("gone"),
    ]);
    const call = await inner.call(0);
    const response = call.request.respond(Metadata.response.of());
    call.respond(response);
    expect(await first).toBe(response);
    (await inner.call(1)).fail(new Error("inner failed"));
    own.cancel(new Error("gone"));
    await settled;
  });
});

describe("the options of negotiateVersions", () => {
  it.each([
    [{ Metadata: { max: 99 } }, "versions.Metadata.max must be a whole number from 0 to 13, got 99"],
    [{ Metadata: { min: 5, max: 4 } }, "versions.Metadata.max must be a whole number from 5 to 13, got 4"],
    [{ Metdata: {} }, "versions.Metdata is no API of Kafka"],
  ])("refuse versions %j", (versions: object, message) => {
    expect(() => negotiateVersions({ versions })).toThrow(new RangeError(message));
  });
});
