import { Context, observe } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { metadataRequest, metadataResponse, produceRequest } from "../../test/support/wire.ts";
import { Metadata, Produce } from "../protocol/generated/index.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse, noResponse } from "../response.ts";
import { watchApi } from "./watch-api.ts";

const cx = Context.background();

function build() {
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  const seen: string[] = [];
  const watched = observe<KafkaRequest, KafkaAnswer>([
    watchApi(Metadata, {
      versions: (version) => version > 9,
      onRequest: ({ body }) => body.topics?.length,
      onResponse: ({ body }, _, __, state) => void seen.push(`${body.clusterId} for ${state} topic`),
      onFailure: (error) => void seen.push(String(error)),
      onSettled: () => void seen.push("settled"),
    }),
    watchApi(Produce, {
      onRequest: ({ body }) => void seen.push(`acks ${body.acks}`),
      onResponse: () => expect.unreachable(),
      onSettled: () => void seen.push("produced"),
    }),
  ])(inner.service);
  return { inner, seen, watched };
}

describe("watchApi", () => {
  it("sees the requests and responses of its API, which stay the bytes that came", async () => {
    const { inner, seen, watched } = build();
    const request = KafkaRequest.read(metadataRequest(1));
    const answer = watched.call(request, cx);
    const response = KafkaResponse.read(metadataResponse(1), request);
    (await inner.call(0)).respond(response);
    expect(await answer).toBe(response);
    expect([request.untouched, response.untouched]).toEqual([true, true]);
    expect(seen).toEqual(["cluster for 1 topic", "settled"]);
  });

  it("sees failures", async () => {
    const { inner, seen, watched } = build();
    const answer = watched.call(KafkaRequest.read(metadataRequest(1)), cx);
    (await inner.call(0)).fail(new Error("gone"));
    await expect(answer).rejects.toThrow("gone");
    expect(seen).toEqual(["Error: gone", "settled"]);
  });

  it("sees a request without a response settle", async () => {
    const { inner, seen, watched } = build();
    const answer = watched.call(KafkaRequest.read(produceRequest(1, 0)), cx);
    (await inner.call(0)).respond(noResponse);
    await answer;
    expect(seen).toEqual(["acks 0", "produced"]);
  });

  it("gives its hooks nothing to change a request or response with", () => {
    watchApi(Produce, {
      // @ts-expect-error -- no way to another request
      onRequest: (request) => void request.withBody(request.body),
      // @ts-expect-error -- a hook answers nothing
      onResponse: (response): typeof response => response,
    });
    // @ts-expect-error -- nor by changing the body
    watchApi(Produce, { onRequest: ({ body }) => void (body.acks = 1) });
  });
});
