import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";

import { messageArbitrary } from "../../test/arbitrary.ts";
import { Fetch } from "../protocol/generated/fetch.ts";
import type { FetchRequest } from "../protocol/generated/fetch.ts";
import { ListOffsets } from "../protocol/generated/list-offsets.ts";
import { OffsetForLeaderEpoch } from "../protocol/generated/offset-for-leader-epoch.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import { KafkaRequest } from "../request.ts";
import { replicaIdOf } from "./replica-id.ts";

function versionsOf({ versions }: AnyApi): readonly number[] {
  return Array.from({ length: versions.max - versions.min + 1 }, (_, index) => versions.min + index);
}

const cases = ([Fetch, ListOffsets, OffsetForLeaderEpoch] as unknown as AnyApi[]).flatMap((api) =>
  versionsOf(api).map((version) => [api.name, version, api] as const),
);

describe("replicaIdOf", () => {
  it.each(cases)("finds in %s v%d what a decoder finds", (_, version, api) => {
    const messages = messageArbitrary(api.request.schema, version);
    fc.assert(
      fc.property(messages, fc.option(fc.string({ maxLength: 5 })), (body, clientId) => {
        const request = KafkaRequest.of(api, { version, body, clientId });
        const { replicaId, replicaState } = body as unknown as FetchRequest;
        const said = api.key === Fetch.key && version >= 15 ? replicaState.replicaId : replicaId;
        // Below version 3 of OffsetForLeaderEpoch nobody can say it.
        const expected = api.key === OffsetForLeaderEpoch.key && version < 3 ? -1 : said;
        expect(replicaIdOf(KafkaRequest.read(request.toFrame(1)))).toBe(expected);
        expect(replicaIdOf(request)).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });

  it("decodes a Fetch only where there is something to find", () => {
    const topics = [{ topicId: "AAAAAAAAAAAAAAAAAAAAAQ", partitions: [{ partition: 1 }, { partition: 2 }] }];
    const body = Fetch.request.of({ topics, rackId: "a", clusterId: "c" });
    for (const version of [13, 15, 17, 18]) {
      const request = KafkaRequest.read(KafkaRequest.of(Fetch, { version, body }).toFrame(1));
      const decoding = vi.spyOn(request, "body", "get");
      expect(replicaIdOf(request)).toBe(-1);
      expect(decoding).not.toHaveBeenCalled();
    }
    const follower = Fetch.request.of({ topics, replicaState: { replicaId: 3 } });
    const request = KafkaRequest.read(KafkaRequest.of(Fetch, { version: 18, body: follower }).toFrame(1));
    const decoding = vi.spyOn(request, "body", "get");
    expect(replicaIdOf(request)).toBe(3);
    expect(decoding).toHaveBeenCalled();
  });
});
