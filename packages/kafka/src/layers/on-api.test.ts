import { Context } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import {
  metadataRequest,
  metadataResponse,
  produceRequest,
  produceResponse,
} from "../../test/support/wire.ts";
import { Metadata, Produce } from "../protocol/generated/index.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse, noResponse } from "../response.ts";
import { onApi } from "./on-api.ts";
import type { ApiHooks } from "./on-api.ts";
import type { ProduceRequest, ProduceResponse } from "../protocol/generated/index.ts";

function build(hooks: ApiHooks<ProduceRequest, ProduceResponse>) {
  const inner = mockService<KafkaRequest, KafkaAnswer>();
  return { inner, outer: onApi(Produce, hooks)(inner.service) };
}

const cx = Context.background();

describe("onApi", () => {
  it("lets another API pass, undecoded and as it came", async () => {
    const { inner, outer } = build({
      request: () => expect.unreachable(),
      response: () => expect.unreachable(),
    });
    const request = KafkaRequest.read(metadataRequest(1));
    const answer = outer.call(request, cx);
    const call = await inner.call(0);
    expect(call.request).toBe(request);
    const response = KafkaResponse.read(metadataResponse(1), request);
    call.respond(response);
    expect(await answer).toBe(response);
  });

  it("lets versions pass that it is not for", async () => {
    const { inner, outer } = build({
      versions: (version) => version >= 10,
      request: () => expect.unreachable(),
    });
    const request = KafkaRequest.read(produceRequest(1, -1, 9));
    void outer.call(request, cx);
    expect((await inner.call(0)).request).toBe(request);
  });

  it.each([
    ["at once", <T>(value: T) => value],
    ["later", <T>(value: T) => Promise.resolve(value)],
  ])("changes a request and its response, %s", async (_, when) => {
    const { inner, outer } = build({
      request: (request) => when(request.withBody({ ...request.body, acks: -1 })),
      response: (response) => when(response.withBody({ ...response.body, throttleTimeMs: 5 })),
    });
    const answer = outer.call(KafkaRequest.read(produceRequest(3, 1)), cx);
    const call = await inner.call(0);
    expect(Buffer.from(call.request.toFrame())).toEqual(Buffer.from(produceRequest(3, -1)));
    call.respond(KafkaResponse.read(produceResponse(3), call.request));
    expect((await answer) as KafkaResponse).toMatchObject({ body: { throttleTimeMs: 5 }, correlationId: 3 });
  });

  it("answers without asking the inner service", async () => {
    const { inner, outer } = build({ request: (request) => request.respond(Produce.response.of()) });
    const answer = await outer.call(KafkaRequest.read(produceRequest(3, 1)), cx);
    expect(Buffer.from((answer as KafkaResponse).toFrame(3))).toEqual(Buffer.from(produceResponse(3)));
    expect(inner.calls).toHaveLength(0);
  });

  it("does not give a response hook what is no response", async () => {
    const { inner, outer } = build({ response: () => expect.unreachable() });
    const answer = outer.call(KafkaRequest.read(produceRequest(3, 0)), cx);
    (await inner.call(0)).respond(noResponse);
    expect(await answer).toBe(noResponse);
  });

  it("rejects with what a hook throws", async () => {
    const failure = new Error("refused");
    const { outer } = build({
      request: () => {
        throw failure;
      },
    });
    await expect(outer.call(KafkaRequest.read(produceRequest(3, 1)), cx)).rejects.toBe(failure);
  });

  it("types what a hook is given by its API", () => {
    onApi(Metadata, {
      // @ts-expect-error -- a Metadata request has no acks
      request: (request) => (request.body.acks === 0 ? request : request),
      // @ts-expect-error -- bodies are read only
      response: (response) => Object.assign(response, (response.body.clusterId = "mine")),
    });
  });
});
