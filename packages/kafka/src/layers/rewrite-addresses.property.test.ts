import { Context } from "@pagoda/core";
import type { Endpoint } from "@pagoda/tcp";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { messageArbitrary } from "../../test/arbitrary.ts";
import { Cluster } from "../cluster/cluster.ts";
import { carriesAddresses, mapAddresses } from "../protocol/fields/addresses.ts";
import { mapStructs } from "../protocol/fields/map-structs.ts";
import { encodeResponseFrame } from "../protocol/frame/encode-frame.ts";
import { readResponseFrame } from "../protocol/frame/response-frame.ts";
import { fieldPositions } from "../protocol/generated/tables.ts";
import { apis } from "../protocol/generated/registry.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse } from "../response.ts";
import { rewriteAddresses } from "./rewrite-addresses.ts";

const all = Object.values(apis) as unknown as AnyApi[];
const rows = all.flatMap((api) =>
  versionsOf(api)
    .filter((version) => carriesAddresses(api.response, version))
    .map((version) => [`${api.name} v${version}`, api, version] as const),
);

/** So long and strange that it occurs in no message by chance. */
const secret = "upstream.kafka.internal";
const upstream = (nodeId: number): Endpoint => ({ host: `b${nodeId}.${secret}`, port: 9092 });
const advertise = (nodeId: number): Endpoint => ({ host: `proxy-${nodeId}`, port: 1 + (nodeId % 65_535) });
const sparseIds = fc.oneof(fc.constantFrom(0, 7, 1001), fc.integer({ min: 0, max: 2 ** 31 - 1 }));

describe("every response that tells where a broker is", () => {
  it("is known to be one of these", () => {
    expect([...new Set(fieldPositions.brokerHost.map(({ message }) => message))]).toEqual([
      "ProduceResponse",
      "FetchResponse",
      "MetadataResponse",
      "FindCoordinatorResponse",
      "DescribeClusterResponse",
      "ShareFetchResponse",
      "ShareAcknowledgeResponse",
    ]);
  });

  it.each(rows)("tells the proxy's address only: %s", async (_, api, version) => {
    let seen = 0;
    const anything = fc.tuple(messageArbitrary(api.response.schema, version), fc.infiniteStream(sparseIds));
    await fc.assert(
      fc.asyncProperty(anything, async ([drawn, ids]) => {
        const body = planted(api, version, drawn, () => ids.next().value);
        const { cluster, after } = await through(api, version, body);
        const frame = Buffer.from(after.toFrame(9));
        expect(frame.includes(secret)).toBe(false);
        // All is as it was but for the addresses, each of which is the one of its node.
        const read = readResponseFrame(frame.subarray(4), api, version);
        const got = api.response.decode(frame.subarray(4 + read.bodyOffset), version);
        const back = mapAddresses(api.response, version, got, ({ nodeId, ...told }) => {
          seen++;
          expect(told).toEqual(advertise(nodeId));
          expect(cluster.endpointOf(nodeId)).toEqual([upstream(nodeId)]);
          return upstream(nodeId);
        });
        expect(back).toEqual(body);
      }),
      { numRuns: 40 },
    );
    expect(seen).toBeGreaterThan(0);
  });
});

function versionsOf({ versions: { min, max } }: AnyApi): readonly number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}

/** The message with an upstream address wherever there can be one. */
function planted(api: AnyApi, version: number, message: unknown, nextId: () => number): unknown {
  const brokers = mapStructs(api.response.schema, version, message, "brokerHost", ({ struct, fields }) => {
    const nodeId = nextId();
    const { host, port } = upstream(nodeId);
    const changed = { ...struct };
    for (const { name, role } of fields) {
      if (role === "brokerId" && name !== "controllerId") changed[name] = nodeId;
      if (role === "brokerHost") changed[name] = host;
      if (role === "brokerPort") changed[name] = port;
    }
    return changed;
  });
  // Of brokers: what becomes of controllers is another test's.
  return api.name === "DescribeCluster" ? { ...(brokers as object), endpointType: 1 } : brokers;
}

async function through(api: AnyApi, version: number, body: unknown) {
  const cluster = new Cluster({ bootstrap: [{ host: "b", port: 1 }] });
  const request = KafkaRequest.of(api, { version, body: api.request.of() });
  const frame = encodeResponseFrame(api, version, { correlationId: 9 }, body);
  const outer = rewriteAddresses({ cluster, advertise })({
    call: (): Promise<KafkaAnswer> => Promise.resolve(KafkaResponse.read(frame, request)),
  });
  return { cluster, after: (await outer.call(request, Context.background())) as KafkaResponse };
}
