import { Context } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { errorAnswer } from "../errors/error-answer.ts";
import { DeleteTopics, Metadata } from "../protocol/generated/index.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { denyApis } from "./deny-apis.ts";
import type { ApiName } from "./version-limits.ts";

const cx = Context.background();
const remove = KafkaRequest.of(DeleteTopics, {
  version: 6,
  body: DeleteTopics.request.of({ topics: [{ name: "orders", topicId: "" }] }),
});

describe("denyApis", () => {
  it("refuses what it names as a broker whose rules say no, and lets the rest pass", async () => {
    const inner = mockService<KafkaRequest, KafkaAnswer>();
    const denied: number[] = [];
    const outer = denyApis({ apis: ["DeleteTopics"], onDenied: ({ apiKey }) => denied.push(apiKey) })(
      inner.service,
    );
    const refusal: unknown = await outer.call(remove, cx).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ error: "CLUSTER_AUTHORIZATION_FAILED" });
    expect(errorAnswer(remove, refusal)?.body).toMatchObject({
      responses: [{ name: "orders", errorCode: 31, errorMessage: "DeleteTopics is not allowed here" }],
    });
    expect(denied).toEqual([DeleteTopics.key]);
    expect(inner.calls).toHaveLength(0);

    void outer.call(KafkaRequest.of(Metadata, { version: 9, body: Metadata.request.of() }), cx);
    expect(inner.calls).toHaveLength(1);
  });

  it.each([
    [["DeleteTopic"], 'apis must be names of Kafka APIs, got "DeleteTopic"'],
    [["constructor"], 'got "constructor"'],
    [[], "apis must name at least one API"],
  ])("does not take %j", (apis, words) => {
    expect(() => denyApis({ apis: apis as ApiName[] })).toThrow(words);
  });
});
