import { Context } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { errorAnswer } from "../errors/error-answer.ts";
import { ApiVersions, Metadata, SaslAuthenticate, SaslHandshake } from "../protocol/generated/index.ts";
import type { ApiVersionsResponse } from "../protocol/generated/index.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import type { KafkaResponse } from "../response.ts";
import { refuseSasl } from "./refuse-sasl.ts";

const cx = Context.background();

describe("refuseSasl", () => {
  it("hides both APIs, and takes no logins", async () => {
    const inner = mockService<KafkaRequest, KafkaAnswer>();
    const outer = refuseSasl()(inner.service);
    const versions = KafkaRequest.of(ApiVersions, { version: 3, body: ApiVersions.request.of() });
    const answer = outer.call(versions, cx);
    const apiKeys = [SaslHandshake.key, Metadata.key, SaslAuthenticate.key].map((apiKey) => {
      return { apiKey, minVersion: 0, maxVersion: 1 };
    });
    (await inner.call(0)).respond(versions.respond(ApiVersions.response.of({ apiKeys })));
    const { body } = (await answer) as KafkaResponse<ApiVersionsResponse>;
    expect(body.apiKeys.map(({ apiKey }) => apiKey)).toEqual([Metadata.key]);

    const login = KafkaRequest.of(SaslHandshake, {
      version: 1,
      body: SaslHandshake.request.of({ mechanism: "PLAIN" }),
    });
    const refusal: unknown = await outer.call(login, cx).catch((error: unknown) => error);
    expect(errorAnswer(login, refusal)?.body).toMatchObject({ errorCode: 34 });
    const token = KafkaRequest.ofToken(Buffer.from("\0\0\0\u0003abc"));
    await expect(outer.call(token, cx)).rejects.toThrow("takes no logins");
    expect(inner.calls).toHaveLength(1);
  });
});
