import { BoundaryError, CancelledError, FilteredError, OverloadedError, TimeoutError } from "@pagoda/core";
import { describe, expect, it } from "vitest";

import { metadataRequest, produceRequest } from "../../test/support/wire.ts";
import { apis } from "../protocol/generated/registry.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import { FindCoordinator } from "../protocol/generated/index.ts";
import { errorsOf } from "../protocol/errors/errors-of.ts";
import { KafkaRequest } from "../request.ts";
import { errorAnswer, KafkaApiError } from "./error-answer.ts";
import { UpstreamClosedError } from "./upstream-errors.ts";

const request = KafkaRequest.read(metadataRequest(1));

describe("errorAnswer", () => {
  it.each([
    ["what a layer says itself", new KafkaApiError("GROUP_AUTHORIZATION_FAILED", "no"), 30],
    [
      "the same behind a boundary",
      new BoundaryError("quota", new KafkaApiError("GROUP_AUTHORIZATION_FAILED", "no")),
      30,
    ],
    ["a timeout", new TimeoutError(1), 7],
    ["too much at once", new OverloadedError("full"), 7],
    ["a refusal", new FilteredError("no"), 44],
    ["a defect", new TypeError("undefined is not a function"), -1],
  ])("tells %s as a code of Kafka", (_, error, code) => {
    expect(errorsOf(errorAnswer(request, error)?.body)).toMatchObject([{ code }]);
  });

  it.each([
    ["the connection to the broker", new UpstreamClosedError("b:9092", 1)],
    ["a system error of it", Object.assign(new Error("reset"), { code: "ECONNRESET" })],
    ["a cancellation", new CancelledError()],
  ])("has no answer to the end of %s", (_, error) => {
    expect(errorAnswer(request, error)).toBe(undefined);
  });

  it("tells the reason of a layer that refuses, and of no other failure: it may name a broker's address", () => {
    const groups = KafkaRequest.of(FindCoordinator, {
      version: 4,
      body: FindCoordinator.request.of({ coordinatorKeys: ["billing"] }),
    });
    const messageTo = (error: Error) => errorsOf(errorAnswer(groups, error)?.body)[0]?.message ?? null;
    expect(messageTo(new KafkaApiError("GROUP_AUTHORIZATION_FAILED", "billing is not yours"))).toBe(
      "billing is not yours",
    );
    expect(messageTo(new FilteredError("cannot connect to b-1.internal:9092"))).toBe(null);
  });

  it("has no answer to Produce with acks=0", () => {
    const produce = KafkaRequest.read(produceRequest(1, 0));
    expect(errorAnswer(produce, new TimeoutError(1))).toBe(undefined);
  });

  it("has an answer that can be sent, or none, for every API in every version", () => {
    for (const api of Object.values(apis) as unknown as AnyApi[]) {
      for (let version = api.versions.min; version <= api.versions.max; version++) {
        const asked = KafkaRequest.of(api, { version, body: api.request.of() });
        errorAnswer(asked, new TimeoutError(1))?.toFrame(1);
      }
    }
  });
});

it("KafkaApiError is retriable where Kafka says so", () => {
  expect(new KafkaApiError("NOT_LEADER_OR_FOLLOWER", "moved")).toMatchObject({
    retriable: true,
    errorCode: 6,
  });
  expect(new KafkaApiError("TOPIC_AUTHORIZATION_FAILED", "no").retriable).toBe(false);
});
