import { observe, stack } from "@pagoda/core";
import { kafkaClient, onApi, serveKafka } from "@pagoda/kafka";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import { ApiVersions, SaslAuthenticate, SaslHandshake } from "@pagoda/kafka/protocol";
import { bind, connect, serve } from "@pagoda/tcp";
import type { ListenerServing } from "@pagoda/tcp";
import { afterAll, beforeAll, expect, it } from "vitest";

import type { KafkaCluster } from "../scripts/kafka/cluster.ts";
import { startKafka } from "../scripts/kafka/start.ts";
import { kcat } from "./support/kcat.ts";
import { describeWith } from "./support/needs.ts";

const properties = {
  "listener.security.protocol.map": "DIRECT:PLAINTEXT,PROXIED:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
  "sasl.enabled.mechanisms": "PLAIN",
  "listener.name.proxied.plain.sasl.jaas.config":
    'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="secret";',
};

/** Makes the broker an old one: clients send tokens without a header then. */
const withoutSaslAuthenticate = onApi(ApiVersions, {
  response: (response) => {
    const apiKeys = response.body.apiKeys
      .filter(({ apiKey }) => apiKey !== SaslAuthenticate.key)
      .map((range) => (range.apiKey === SaslHandshake.key ? { ...range, maxVersion: 0 } : range));
    return response.withBody({ ...response.body, apiKeys });
  },
});

describeWith(["kafka", "kcat"], "SASL tokens without a header, of a real client for a real broker,", () => {
  const seen: string[] = [];
  const failures: unknown[] = [];
  let cluster: KafkaCluster;
  let proxy: ListenerServing;
  let address: string;

  beforeAll(async () => {
    cluster = await startKafka({ properties });
    const proxied = cluster.brokers[0]?.proxied as KafkaCluster["brokers"][number]["proxied"];
    const watcher = {
      onCall: ({ isRawToken, api, apiVersion }: KafkaRequest) =>
        void seen.push(isRawToken ? "token" : `${api?.name} v${apiVersion}`),
    };
    const service = serveKafka((_, scope) =>
      stack<KafkaRequest, KafkaAnswer>()
        .push(observe([watcher]))
        .push(withoutSaslAuthenticate)
        .service(kafkaClient((cx) => connect(proxied, cx), scope)),
    );
    proxy = serve(await bind({ ...proxied.advertised, name: "test" }), service, {
      onError: (error) => failures.push(error),
    });
    address = `${proxy.address.host}:${proxy.address.port}`;
  }, 120_000);
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await cluster.stop();
  });

  const list = (password: string): Promise<string> =>
    kcat(
      ["-b", address, "-L", "-m", "3", "-X", "security.protocol=SASL_PLAINTEXT"].concat(
        ["sasl.mechanism=PLAIN", "sasl.username=alice", `sasl.password=${password}`].flatMap((x) => [
          "-X",
          x,
        ]),
      ),
    );

  it("pass, and requests behind them", async () => {
    expect(await list("secret")).toContain(`broker 1 at ${address}`);
    expect(seen.slice(0, 3)).toEqual(["ApiVersions v3", "SaslHandshake v0", "token"]);
    expect(seen.slice(3).some((name) => name.startsWith("Metadata"))).toBe(true);
    expect(failures).toEqual([]);
  });

  it("are refused by the broker as without us", async () => {
    seen.length = 0;
    await expect(list("wrong")).rejects.toThrow("uthentication fail");
    expect(seen.slice(0, 3)).toEqual(["ApiVersions v3", "SaslHandshake v0", "token"]);
  });
});
