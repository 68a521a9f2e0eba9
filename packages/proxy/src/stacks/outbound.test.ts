import { Context, Drain } from "@pagoda/core";
import { Cluster, portPerNode, TopicIds } from "@pagoda/kafka";
import {
  apis,
  ApiVersions,
  carriesAddresses,
  encodeRequestFrame,
  encodeResponseFrame,
  FrameDecoder,
} from "@pagoda/kafka/protocol";
import type { ApiDefinition } from "@pagoda/kafka/protocol";
import { createMetrics } from "@pagoda/metrics";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";

import type { NodeUpstream } from "../cluster/node-upstream.ts";
import { createLog } from "../log.ts";
import { clusterListener } from "../../test/support/configs.ts";
import type { Upstream } from "../upstream.ts";
import { outbound } from "./outbound.ts";

type AnyApi = ApiDefinition<unknown, unknown>;

const listener = { host: "127.0.0.1", port: 19_092 };

/** The stack between a client and a broker without a network. */
function proxied(): { client: Connection; broker: Connection; done: Promise<void> } {
  const [client, server] = memoryConnections({ server: listener });
  const [near, broker] = memoryConnections();
  const service = outbound(clusterListener({ bind: listener }), {
    metrics: createMetrics({
      registry: new Registry(),
      build: { version: "0", commit: "0", kafkaProtocol: "0" },
    }),
    log: createLog({ level: "silent" }),
    drain: new Drain(),
    tls: undefined,
    upstream: {} as Upstream,
    nodes: { open: () => Promise.resolve(near) } as unknown as NodeUpstream,
    topicIds: new TopicIds(),
    cluster: new Cluster({ bootstrap: [{ host: "kafka", port: 9092 }] }),
    advertiser: portPerNode({ bootstrapPort: listener.port, ports: [19_093] }),
    unknownApis: "pass",
    begin: undefined,
    tracing: undefined,
    traffic: { watch: () => ({}) },
  });
  return { client, broker, done: service.call(server, Context.background()) };
}

/** Frames of a connection, one after the other, as bytes with their size. */
function framesOf({ stream }: Connection): () => Promise<Buffer> {
  const decoder = new FrameDecoder();
  const come = (async function* frames() {
    for await (const chunk of stream) yield* decoder.push(chunk as Uint8Array);
  })();
  return async () => {
    const { value } = await come.next();
    const size = Buffer.alloc(4);
    size.writeInt32BE((value as Uint8Array).length);
    return Buffer.concat([size, value as Uint8Array]);
  };
}

const every = Object.values(apis) as unknown as readonly AnyApi[];
const header = (correlationId: number) => ({ correlationId, clientId: "test" });

/** Not the defaults: Produce without an answer, and requests of replica 0. */
const asked: Readonly<Record<string, object>> = {
  Produce: { acks: 1 },
  ListOffsets: { replicaId: -1 },
  OffsetForLeaderEpoch: { replicaId: -1 },
};

/** Does a response tell what is the proxy's to change? */
function isChanged(api: AnyApi, version: number): boolean {
  return (
    carriesAddresses(api.response, version) || api.name === "DescribeConfigs" || api.key === ApiVersions.key
  );
}

describe("the outbound stack", () => {
  it("hands on what clients may ask, and the answers, as the very bytes that came", async () => {
    const { client, broker, done } = proxied();
    const [atBroker, atClient] = [framesOf(broker), framesOf(client)];
    client.stream.write(encodeRequestFrame(ApiVersions, 3, header(0), ApiVersions.request.of()));
    await atBroker();
    const all = every.map(({ key, versions }) => ({
      apiKey: key,
      minVersion: versions.min,
      maxVersion: versions.max,
    }));
    broker.stream.write(
      encodeResponseFrame(ApiVersions, 3, header(0), ApiVersions.response.of({ apiKeys: all })),
    );
    const offered = ApiVersions.response.decode((await atClient()).subarray(8), 3).apiKeys;
    const passed: string[] = [];
    for (const { apiKey, maxVersion: version } of offered) {
      const api = every.find(({ key }) => key === apiKey) as AnyApi;
      const { name } = api;
      if (isChanged(api, version)) continue;
      const body = { ...(api.request.of() as object), ...asked[name] };
      const request = encodeRequestFrame(api, version, header(apiKey), body);
      client.stream.write(request);
      expect([name, await atBroker()]).toEqual([name, Buffer.from(request)]);
      const response = encodeResponseFrame(api, version, header(apiKey), api.response.of());
      broker.stream.write(response);
      expect([name, await atClient()]).toEqual([name, Buffer.from(response)]);
      passed.push(name);
    }
    expect(passed.length).toBeGreaterThan(50);
    expect(passed).toEqual(expect.arrayContaining(["GetTelemetrySubscriptions", "PushTelemetry"]));
    expect(passed).not.toContain("BrokerRegistration");
    client.stream.end();
    broker.stream.end();
    await done;
  });
});
