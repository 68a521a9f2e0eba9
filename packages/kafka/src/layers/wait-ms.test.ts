import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { messageArbitrary } from "../../test/arbitrary.ts";
import { Fetch } from "../protocol/generated/fetch.ts";
import { Heartbeat } from "../protocol/generated/heartbeat.ts";
import { JoinGroup } from "../protocol/generated/join-group.ts";
import { ShareFetch } from "../protocol/generated/share-fetch.ts";
import { SyncGroup } from "../protocol/generated/sync-group.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import { KafkaRequest } from "../request.ts";
import { waitMsOf } from "./wait-ms.ts";

function versionsOf({ versions }: AnyApi): readonly number[] {
  return Array.from({ length: versions.max - versions.min + 1 }, (_, index) => versions.min + index);
}

const polls = ([Fetch, ShareFetch] as unknown as AnyApi[]).flatMap((api) =>
  versionsOf(api).map((version) => [api.name, version, api] as const),
);

describe("waitMsOf", () => {
  it.each(polls)("is what %s v%d says, decoded or not", (_, version, api) => {
    const messages = messageArbitrary(api.request.schema, version);
    fc.assert(
      fc.property(messages, fc.option(fc.string({ maxLength: 5 })), (body, clientId) => {
        const request = KafkaRequest.of(api, { version, body, clientId });
        const expected = Math.max(0, body["maxWaitMs"] as number);
        expect(waitMsOf(KafkaRequest.read(request.toFrame(1)))).toBe(expected);
        expect(waitMsOf(request)).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });

  it.each([JoinGroup, SyncGroup] as unknown as AnyApi[])("has no end for $name", (api) => {
    expect(waitMsOf(KafkaRequest.of(api, { version: 3, body: api.request.of({}) }))).toBe(Infinity);
  });

  it("is 0 for others, and for a body that is none, which is the broker's to refuse", () => {
    expect(waitMsOf(KafkaRequest.of(Heartbeat, { version: 4, body: Heartbeat.request.of({}) }))).toBe(0);
    const frame = KafkaRequest.of(Fetch, { version: 4, body: Fetch.request.of({}) }).toFrame(1);
    const cut = Buffer.from(frame.subarray(0, 18));
    cut.writeInt32BE(cut.length - 4);
    expect(waitMsOf(KafkaRequest.read(cut))).toBe(0);
  });
});
