import { Context } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { ask } from "./ask.ts";
import { Metadata, Produce } from "./protocol/generated/index.ts";
import type { KafkaAnswer, KafkaRequest } from "./request.ts";
import { noResponse } from "./response.ts";

const cx = Context.background();

describe("ask", () => {
  it("sends a request of its own and answers with the response's body", async () => {
    const inner = mockService<KafkaRequest, KafkaAnswer>();
    const body = ask(inner.service, Metadata, { version: 9, body: Metadata.request.of({ topics: [] }) }, cx);
    const call = await inner.call(0);
    expect(call.request).toMatchObject({ own: true, apiKey: 3, apiVersion: 9, body: { topics: [] } });
    call.respond(call.request.respond(Metadata.response.of({ clusterId: "mine" })));
    expect(await body).toMatchObject({ clusterId: "mine", brokers: [] });
  });

  it("refuses a request that has no response", async () => {
    const inner = mockService<KafkaRequest, KafkaAnswer>();
    const body = ask(inner.service, Produce, { version: 9, body: Produce.request.of({ acks: 0 }) }, cx);
    (await inner.call(0)).respond(noResponse);
    await expect(body).rejects.toThrow("Produce was answered without a response");
  });
});
