import { Context } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { memoryConnections } from "@pagoda/tcp/testing";
import { describe, expect, it } from "vitest";

import {
  apiVersionsRequest,
  metadataRequest,
  metadataResponse,
  produceRequest,
  receive,
  someTurns,
} from "../../test/support/wire.ts";
import { ApiVersions } from "../protocol/generated/api-versions.ts";
import type { ApiVersionsResponse } from "../protocol/generated/api-versions.ts";
import { KafkaRequest } from "../request.ts";
import type { KafkaAnswer } from "../request.ts";
import { KafkaResponse } from "../response.ts";
import { serveKafka } from "../server.ts";
import { negotiateVersions } from "./negotiate-versions.ts";

function serve() {
  const [client, server] = memoryConnections();
  const broker = mockService<KafkaRequest, KafkaAnswer>();
  const done = serveKafka(() => negotiateVersions()(broker.service)).call(server, Context.background());
  done.catch(() => {});
  return { client, broker, done, received: receive(client) };
}

/** The frame with another version in its header. */
function inVersion(frame: Uint8Array, version: number): Buffer {
  const changed = Buffer.from(frame);
  changed.writeInt16BE(version, 6);
  return changed;
}

describe("a connection behind negotiateVersions", () => {
  it("goes on after an ApiVersions request that was too new", async () => {
    const { client, broker, received } = serve();
    client.stream.write(inVersion(apiVersionsRequest(1, 4), 5));
    const refusedBytes = 4 + 4 + 2 + 4 + 6;
    const refused = await received.atLeast(refusedBytes);
    // Size, correlation id, error, one key: ApiVersions from 0 to 4.
    expect(refused.toString("hex")).toBe("0000001000000001002300000001001200000004");
    expect(broker.calls).toHaveLength(0);

    const again = apiVersionsRequest(2, 4);
    client.stream.write(again);
    await someTurns();
    const call = await broker.call(0);
    const apiKeys = [{ apiKey: 3, minVersion: 0, maxVersion: 99 }];
    call.respond(KafkaResponse.of(call.request, ApiVersions.response.of({ apiKeys })));
    const bytes = await received.atLeast(refusedBytes + 4);
    const answer = KafkaResponse.read(bytes.subarray(refusedBytes), KafkaRequest.read(again));
    expect((answer as KafkaResponse<ApiVersionsResponse>).body.apiKeys).toMatchObject([
      { apiKey: 3, minVersion: 0, maxVersion: 13 },
    ]);
  });

  it("ends at a Produce request whose acks nobody can read, and answers nothing to the wrong one", async () => {
    const { client, broker, done, received } = serve();
    client.stream.write(
      Buffer.concat([metadataRequest(1), inVersion(produceRequest(2, 0, 13), 14), metadataRequest(3)]),
    );
    await someTurns();
    expect(broker.calls.map(({ request }) => request.correlationId)).toEqual([1, 3]);
    for (const call of broker.calls) {
      call.respond(KafkaResponse.read(metadataResponse(call.request.correlationId), call.request));
    }
    await expect(done).rejects.toMatchObject({ error: "UNSUPPORTED_VERSION" });
    expect(received.bytes).toEqual(Buffer.from(metadataResponse(1)));
  });
});
