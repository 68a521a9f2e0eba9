import { Context } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ApiVersions } from "../protocol/generated/api-versions.ts";
import type { ApiVersionsResponse } from "../protocol/generated/api-versions.ts";
import { apis } from "../protocol/generated/registry.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse, noResponse } from "../response.ts";
import { negotiateVersions } from "./negotiate-versions.ts";
import { refuseBrokerApis } from "./refuse-broker-apis.ts";

const cx = Context.background();
const known = Object.values(apis).filter((api) => api.key !== ApiVersions.key);

const versions = fc
  .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
  .map(([one, other]) => ({ minVersion: Math.min(one, other), maxVersion: Math.max(one, other) }));
const lists = fc
  .array(versions, { minLength: known.length, maxLength: known.length })
  .map((ranges) => known.map(({ key }, index) => ({ apiKey: key, ...ranges[index] })))
  .chain((all) => fc.subarray(all));

type KafkaLayer = SameLayer<KafkaRequest, KafkaAnswer>;

function before(outer: KafkaLayer, inner: KafkaLayer): KafkaLayer {
  return (service) => outer(inner(service));
}

/** A request with no more than a header: nothing here reads further. */
function headerOf(apiKey: number, apiVersion: number): KafkaRequest {
  const bytes = Buffer.alloc(15);
  bytes.writeInt32BE(11);
  bytes.writeInt16BE(apiKey, 4);
  bytes.writeInt16BE(apiVersion, 6);
  bytes.writeInt16BE(-1, 12);
  return KafkaRequest.read(bytes);
}

describe("negotiateVersions", () => {
  it.each([
    ["passing what is unknown", negotiateVersions({ unknown: "pass" })],
    ["denying what is unknown", negotiateVersions({ unknown: "deny" })],
    ["with less in the stack", negotiateVersions({ versions: { Fetch: { min: 4, max: 12 }, Metadata: {} } })],
    ["refusing what is for brokers", before(negotiateVersions(), refuseBrokerApis({ allowReplicas: true }))],
  ])("accepts what it advertises and nothing else, %s", async (_, layers) => {
    await fc.assert(
      fc.asyncProperty(lists, async (apiKeys) => {
        const broker = {
          call: async (request: KafkaRequest): Promise<KafkaAnswer> =>
            request.apiKey === ApiVersions.key
              ? KafkaResponse.of(request, ApiVersions.response.of({ apiKeys }))
              : noResponse,
        };
        const outer = layers(broker);
        const asking = KafkaRequest.of(ApiVersions, { version: 4, body: ApiVersions.request.of() });
        const { body } = (await outer.call(asking, cx)) as KafkaResponse<ApiVersionsResponse>;
        const advertised = new Map(body.apiKeys.map((one) => [one.apiKey, one]));

        const wrong: string[] = [];
        for (const { key, versions: codec } of known) {
          const { minVersion = 0, maxVersion = -1 } = advertised.get(key) ?? {};
          for (let version = -1; version <= Math.max(codec.max, 20) + 1; version++) {
            // oxlint-disable-next-line no-await-in-loop -- answered at once
            const accepted = await outer.call(headerOf(key, version), cx).then(
              () => true,
              () => false,
            );
            if (accepted !== (version >= minVersion && version <= maxVersion))
              wrong.push(`${key} v${version}`);
          }
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });
});
