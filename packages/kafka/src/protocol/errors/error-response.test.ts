import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { readVectors } from "../../../test/message-vectors.ts";
import {
  apiOfKey,
  apis,
  ApiVersions,
  errorResponse,
  errorsOf,
  Fetch,
  Metadata,
  OffsetFetch,
  Produce,
} from "../index.ts";

const requests = ["vectors.jsonl.gz", "legacy-vectors.jsonl.gz"]
  .flatMap((file) => readVectors(join(import.meta.dirname, "../../../test/vectors", file)))
  .filter(({ type, unstable }) => type === "request" && !unstable);

describe("errorResponse", () => {
  it.each(Object.values(apis).map((api) => [api.name, api.key] as const))(
    "answers every request of %s with a response that can be sent and tells the error",
    (name, key) => {
      const api = apiOfKey(key);
      if (api === undefined) throw new Error(name);
      const own = requests.filter((vector) => vector.key === key && vector.profile === "full");
      for (const { hex, version } of own) {
        const request = api.request.decode(Buffer.from(hex, "hex"), version);
        const response = errorResponse(api, version, { code: 29, message: "not you" }, request);
        const bytes = api.response.encode(response, version);
        const told = errorsOf(api.response.decode(bytes, version));
        expect(told.length, `${name} v${version}`).toBeGreaterThan(0);
        expect(new Set(told.map(({ code }) => code))).toEqual(new Set([29]));
      }
    },
  );

  it("tells every partition that was asked for", () => {
    const request = Produce.request.of({
      topicData: [
        { name: "a", partitionData: [{ index: 1 }, { index: 2 }] },
        { name: "b", partitionData: [{ index: 0 }] },
      ],
    });
    const response = errorResponse(Produce, 8, { code: 29, message: "not you" }, request);
    expect(errorsOf(response)).toEqual([
      about("responses[0].partitionResponses[0].errorCode", "a", 1),
      about("responses[0].partitionResponses[1].errorCode", "a", 2),
      about("responses[1].partitionResponses[0].errorCode", "b", 0),
    ]);
    expect(response.responses[0]?.partitionResponses[0]?.baseOffset).toBe(-1n);
  });

  it("answers by id where the request does", () => {
    const topicId = "AAAAAAAAAAAAAAAAAAAAAQ";
    const request = Fetch.request.of({ topics: [{ topicId, partitions: [{ partition: 4 }] }] });
    const response = errorResponse(Fetch, 13, 100, request);
    expect(errorsOf(response)).toMatchObject([
      { path: "errorCode", topicId: null },
      { path: "responses[0].partitions[0].errorCode", topicId, partition: 4 },
    ]);
    // librdkafka takes null records for a broken response.
    expect(response.responses[0]?.partitions[0]?.records).toEqual(new Uint8Array(0));
  });

  it("makes structs of bare names and numbers", () => {
    const request = OffsetFetch.request.of({ topics: [{ name: "a", partitionIndexes: [3] }] });
    expect(errorResponse(OffsetFetch, 1, 15, request).topics).toMatchObject([
      { name: "a", partitions: [{ partitionIndex: 3, errorCode: 15, committedOffset: -1n }] },
    ]);
  });

  it("tells nothing where there is nothing to tell it at", () => {
    expect(errorsOf(errorResponse(Metadata, 12, 29, Metadata.request.of({ topics: null })))).toEqual([]);
    expect(errorsOf(errorResponse(Metadata, 13, 29, Metadata.request.of({ topics: null })))).toHaveLength(1);
  });

  it("tells a client which versions of ApiVersions it can ask for", () => {
    const response = errorResponse(ApiVersions, 99, 35, ApiVersions.request.of());
    expect(ApiVersions.response.decode(ApiVersions.response.encode(response, 0), 0)).toMatchObject({
      errorCode: 35,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: ApiVersions.versions.max }],
    });
  });
});

function about(path: string, topic: string, partition: number): unknown {
  return expect.objectContaining({ code: 29, path, topic, partition });
}

describe("errorsOf", () => {
  it("finds nothing in a response without errors", () => {
    expect(errorsOf(Metadata.response.of({ topics: [{ name: "a", partitions: [{}] }] }))).toEqual([]);
  });

  it("finds every error of every response", () => {
    const responses = readVectors(join(import.meta.dirname, "../../../test/vectors/vectors.jsonl.gz")).filter(
      ({ type }) => type === "response",
    );
    for (const { hex, key, version, json } of responses) {
      const response = apiOfKey(key ?? -1)?.response.decode(Buffer.from(hex, "hex"), version);
      const codes = errorsOf(response).map(({ code }) => code);
      expect(codes.toSorted(ascending)).toEqual(codesIn(json).toSorted(ascending));
    }
  });

  it("gives the broker's words with the code", () => {
    const topics = [{ name: "a", errorCode: 17, errorMessage: "bad name" }];
    expect(errorsOf(apis.CreateTopics.response.of({ topics }))).toMatchObject([
      { code: 17, message: "bad name" },
    ]);
  });
});

function ascending(a: number, b: number): number {
  return a - b;
}

/** All error codes in a response's JSON, found by their name. */
function codesIn(json: unknown): number[] {
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) => {
    if (/errorCode$/i.test(name)) return value === 0 ? [] : [value as number];
    return codesIn(value);
  });
}
