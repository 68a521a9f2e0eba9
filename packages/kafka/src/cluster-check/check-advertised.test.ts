import { Context, Scope, service, stack } from "@pagoda/core";
import { bind, clientTls, connect, serve } from "@pagoda/tcp";
import type { Connection, Endpoint } from "@pagoda/tcp";
import { afterEach, describe, expect, it } from "vitest";

import { kafkaClient } from "../client.ts";
import type { KafkaService } from "../client.ts";
import { UpstreamClosedError } from "../errors/upstream-errors.ts";
import { onApi } from "../layers/on-api.ts";
import { mapAddresses } from "../protocol/fields/addresses.ts";
import { ApiVersions, Metadata, SaslHandshake } from "../protocol/generated/index.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { serveKafka } from "../server.ts";
import { startCluster } from "../testing/start-cluster.ts";
import type { MemoryCluster } from "../testing/start-cluster.ts";
import { checkAdvertised } from "./check-advertised.ts";
import type { UpstreamCluster } from "./find-addresses.ts";

const scope = { current: new Scope() };
afterEach(async () => {
  await scope.current.close();
  scope.current = new Scope();
});

async function serveConnections(answer: (connection: Connection) => Promise<void>): Promise<Endpoint> {
  const listener = await bind({ host: "127.0.0.1", port: 0, name: "test" });
  return scope.current.use(serve(listener, service(answer), { onError: () => {} })).address;
}

async function serveRequests(build: (scope: Scope) => KafkaService): Promise<Endpoint> {
  const kafka = serveKafka((_, connectionScope) => build(connectionScope));
  return serveConnections((connection) => kafka.call(connection, Context.background()));
}

async function memoryCluster(brokers: number): Promise<MemoryCluster> {
  return scope.current.use(await startCluster({ brokers }));
}

/** A proxy: one port before each broker, and in Metadata the addresses that `advertise` says. */
async function proxyBefore(
  { brokers }: MemoryCluster,
  advertise: (nodeId: number, listening: ReadonlyMap<number, Endpoint>) => Endpoint | undefined = (
    nodeId,
    listening,
  ) => listening.get(nodeId),
): Promise<{ readonly bootstrap: Endpoint; readonly cluster: UpstreamCluster }> {
  const listening = new Map<number, Endpoint>();
  const before = ({ host, port }: Endpoint): Promise<Endpoint> =>
    serveRequests((connectionScope) =>
      stack<KafkaRequest, KafkaAnswer>()
        .push(
          onApi(Metadata, {
            response: (response) =>
              response.withBody(
                mapAddresses(
                  Metadata.response,
                  response.apiVersion,
                  response.body,
                  (address) => advertise(address.nodeId, listening) ?? address,
                ),
              ),
          }),
        )
        .service(kafkaClient((cx) => connect({ host, port }, cx), connectionScope)),
    );
  for (const broker of brokers) listening.set(broker.id, await before(broker));
  const [first] = brokers;
  if (first === undefined) throw new Error("a cluster without brokers");
  const nodes = new Map(brokers.map(({ id, host, port }) => [id, { host, port }]));
  return { bootstrap: await before(first), cluster: { nodes, bootstrap: [] } };
}

/** A port that nobody listens on. */
async function freePort(): Promise<Endpoint> {
  const listener = await bind({ host: "127.0.0.1", port: 0, name: "test" });
  await serve(
    listener,
    service(async () => {}),
  )[Symbol.asyncDispose]();
  return listener.address;
}

const settings = { timeoutMs: 5_000 };

describe("checkAdvertised", () => {
  it("finds every broker of a cluster behind a proxy that rewrites addresses", async () => {
    const memory = await memoryCluster(3);
    const report = await checkAdvertised({ ...(await proxyBefore(memory)), ...settings });
    expect(report).toMatchObject({ ok: true, leaks: [] });
    expect(report.probed).toMatchObject({ result: "kafka", clusterId: memory.clusterId });
    expect(report.nodes.map(({ nodeId, probed }) => [nodeId, probed.result])).toEqual([
      [1, "kafka"],
      [2, "kafka"],
      [3, "kafka"],
    ]);
  });

  it("tells of a broker whose address leaks, though it can be reached from here", async () => {
    const proxy = await proxyBefore(await memoryCluster(2), (nodeId, listening) =>
      nodeId === 2 ? undefined : listening.get(nodeId),
    );
    const report = await checkAdvertised({ ...proxy, ...settings });
    expect(report).toMatchObject({ ok: false, leaks: [{ api: "Metadata", nodeId: 2, where: "address" }] });
    expect(report.nodes.map(({ probed }) => probed.result)).toEqual(["kafka", "kafka"]);
  });

  it("tells of a broker that nothing listens for", async () => {
    const nowhere = await freePort();
    const proxy = await proxyBefore(await memoryCluster(2), (nodeId, listening) =>
      nodeId === 2 ? nowhere : listening.get(nodeId),
    );
    const report = await checkAdvertised({ ...proxy, ...settings });
    expect(report.ok).toBe(false);
    expect(report.nodes[1]).toMatchObject({
      nodeId: 2,
      endpoint: nowhere,
      probed: { result: "failed", reason: "refused" },
    });
  });

  it("tells of an address where another cluster answers", async () => {
    const other = await memoryCluster(1);
    const proxy = await proxyBefore(await memoryCluster(2), (nodeId, listening) =>
      nodeId === 2 ? other.brokers[0] : listening.get(nodeId),
    );
    const report = await checkAdvertised({ ...proxy, ...settings });
    expect(report.ok).toBe(false);
    expect(report.nodes.map(({ isOtherCluster }) => isOtherCluster)).toEqual([false, true]);
  });

  it("knows a cluster that wants a login, which is no fault", async () => {
    const bootstrap = await serveRequests(() =>
      service<KafkaRequest, KafkaAnswer>(async (request) => {
        if (request.is(ApiVersions)) {
          const apiKeys = [3, 17, 18].map((apiKey) => ({ apiKey, minVersion: 0, maxVersion: 1 }));
          return request.respond(ApiVersions.response.of({ apiKeys }));
        }
        if (request.is(SaslHandshake)) {
          return request.respond(SaslHandshake.response.of({ errorCode: 33, mechanisms: ["SCRAM-SHA-512"] }));
        }
        throw new UpstreamClosedError("broker", 1);
      }),
    );
    const report = await checkAdvertised({ bootstrap, ...settings });
    expect(report.probed).toEqual({ result: "login", apis: 3, mechanisms: ["SCRAM-SHA-512"] });
    expect(report).toMatchObject({ ok: true, nodes: [] });
  });

  it("fails where nothing listens, and dials nothing more", async () => {
    const report = await checkAdvertised({ bootstrap: await freePort(), ...settings });
    expect(report).toMatchObject({ ok: false, nodes: [], probed: { result: "failed", reason: "refused" } });
  });

  it.each([
    ["HTTP/1.1 400 Bad Request\r\n\r\n", "does something else listen there?"],
    [Buffer.from([0x15, 3, 3, 0, 2, 2, 50]), "it wants TLS"],
  ])("knows what is not Kafka: %j", async (bytes, words) => {
    const bootstrap = await serveConnections(async ({ stream, closed }) => {
      stream.write(bytes);
      stream.resume();
      await closed;
    });
    const { probed } = await checkAdvertised({ bootstrap, ...settings });
    expect(probed).toMatchObject({ result: "failed", reason: "not_kafka" });
    expect(probed).toHaveProperty("message", expect.stringContaining(words));
  });

  it("knows a proxy that closes, as it does without its upstream", async () => {
    const bootstrap = await serveConnections(async ({ stream }) => {
      stream.end();
    });
    const { probed } = await checkAdvertised({ bootstrap, ...settings });
    expect(probed).toMatchObject({ result: "failed", reason: "closed" });
  });

  it("waits no longer than timeoutMs for an answer", async () => {
    const bootstrap = await serveConnections(async ({ stream, closed }) => {
      stream.resume();
      await closed;
    });
    const { probed } = await checkAdvertised({ bootstrap, timeoutMs: 50 });
    expect(probed).toMatchObject({ result: "failed", reason: "timeout" });
  });

  it("is over after totalTimeoutMs, with what it has", async () => {
    const silent = await serveConnections(async ({ stream, closed }) => {
      stream.resume();
      await closed;
    });
    const proxy = await proxyBefore(await memoryCluster(2), () => silent);
    const report = await checkAdvertised({ ...proxy, totalTimeoutMs: 1_000, maxConcurrent: 1 });
    expect(report.probed.result).toBe("kafka");
    expect(report.nodes.map(({ probed }) => probed)).toMatchObject([
      { reason: "timeout" },
      { reason: "timeout" },
    ]);
  });

  it("says that TLS failed where plain text is spoken", async () => {
    const { bootstrap } = await proxyBefore(await memoryCluster(1));
    const { probed } = await checkAdvertised({ bootstrap, tls: await clientTls({}), ...settings });
    expect(probed).toMatchObject({ result: "failed", reason: "tls" });
  });

  it("rejects with the reason when it is cancelled", async () => {
    const bootstrap = await serveConnections(({ closed }) => closed.then(() => {}));
    const cx = Context.background().fork();
    const checking = checkAdvertised({ bootstrap }, cx);
    const reason = new Error("enough");
    cx.cancel(reason);
    await expect(checking).rejects.toBe(reason);
    expect(cx.attached).toBe(0);
  });

  it("refuses maxConcurrent 0", async () => {
    const checking = checkAdvertised({ bootstrap: { host: "", port: 1 }, maxConcurrent: 0 });
    await expect(checking).rejects.toThrow("maxConcurrent must be a whole number >= 1, got 0");
  });
});
