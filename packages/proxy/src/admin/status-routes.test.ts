import { builds, service, stack, timeout } from "@pagoda/core";
import { Cluster, hostPerNode, portPerNode, Slots } from "@pagoda/kafka";
import { afterEach, describe, expect, it } from "vitest";
import type { ConnectionStatus } from "@pagoda/traffic/view";

import { adminServers } from "../../test/admin-servers.ts";
import { advertisedAt, clusterStatus } from "./cluster-status.ts";
import { statusRoutes } from "./status-routes.ts";

const servers = adminServers();
afterEach(() => servers.close());

const nothing = { listeners: () => [], stacks: () => [] };

describe("/api/clusters", () => {
  it("has each broker, where it is, and where clients find it", async () => {
    const cluster = new Cluster({ bootstrap: [{ host: "kafka", port: 9_092 }] });
    cluster.learn({ nodeId: 2, host: "b2", port: 9_092 });
    cluster.learn({ nodeId: 1, host: "::1", port: 9_092 });
    const advertised = (nodeId: number) => (nodeId === 1 ? { host: "localhost", port: 19_093 } : undefined);
    const known = { name: "prod", listener: "main", cluster, advertised };
    const facts = { clusterId: "abc", controller: 1, racks: new Map([[2, "a"]]) };
    const clusters = () => [clusterStatus(known), clusterStatus({ ...known, facts })];
    const { ask } = await servers.start(statusRoutes({ ...nothing, clusters }));
    const { body } = await ask("GET", "/api/clusters");
    const head = { name: "prod", listener: "main", bootstrap: ["kafka:9092"] };
    const one = { nodeId: 1, upstream: "[::1]:9092", rack: null, advertised: "localhost:19093" };
    const two = { nodeId: 2, upstream: "b2:9092", rack: null, advertised: null };
    expect(JSON.parse(body)).toEqual({
      clusters: [
        { ...head, clusterId: null, controller: null, brokers: [one, two] },
        { ...head, clusterId: "abc", controller: 1, brokers: [one, { ...two, rack: "a" }] },
      ],
    });
  });
});

describe("what brokers are advertised as", () => {
  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["0.0.0.0", "*"],
  ])("is by port what clients that came by %s are told, and gives no slot away", (bound, host) => {
    const slots = new Slots({ count: 2 });
    slots.slotOf(1);
    const advertiser = portPerNode({ bootstrapPort: 19_092, ports: [19_093, 19_094], slots });
    const advertised = advertisedAt({ main: { host: bound, port: 19_092 }, advertiser, slots });
    expect(advertised(1)).toEqual({ host, port: 19_094 });
    expect(advertised(0)).toBeUndefined();
    expect([...slots.taken.keys()]).toEqual([1]);
  });

  it("is by name the same for all", () => {
    const advertiser = hostPerNode({ bootstrap: "kafka.test", pattern: "b-{node}.kafka.test", port: 9_092 });
    const advertised = advertisedAt({ main: { host: "", port: 9_092 }, advertiser, slots: undefined });
    expect(advertised(7)).toEqual({ host: "b-7.kafka.test", port: 9_092 });
  });
});

describe("/api/connections", () => {
  it("lists at most 5000, and says how many there are", async () => {
    const one: ConnectionStatus = {
      id: "7",
      listener: "main",
      client: "checkout",
      software: null,
      principal: null,
      tls: false,
      source: "10.0.0.7:40000",
      node: "bootstrap",
      openedAt: 1,
      requests: 2,
    };
    const connections = () => Array.from({ length: 5_001 }, () => one);
    const { ask } = await servers.start(statusRoutes({ ...nothing, connections }));
    const answer = JSON.parse((await ask("GET", "/api/connections")).body) as {
      total: number;
      connections: readonly ConnectionStatus[];
    };
    expect([answer.total, answer.connections.length, answer.connections[0]]).toEqual([5_001, 5_000, one]);
  });
});

describe("the stacks", () => {
  const served = builds(
    service<string, void>(async () => {}, { name: "serveKafka" }),
    () => ["kafkaSession", "kafkaMetrics"],
  );
  const main = stack<string, void>()
    .push(timeout({ timeoutMs: 1 }))
    .service(served);

  it("are JSON, with the tiers of the requests of the last connection", async () => {
    const { ask } = await servers.start(
      statusRoutes({ ...nothing, stacks: () => new Map([["main", main]]) }),
    );
    expect(JSON.parse((await ask("GET", "/api/stacks")).body)).toEqual([
      {
        listener: "main",
        tiers: [
          { name: "timeout" },
          { name: "serveKafka", builds: [{ name: "kafkaSession" }, { name: "kafkaMetrics" }] },
        ],
      },
    ]);
    expect((await ask("GET", "/stacks")).body).toBe(
      "listener main\ntimeout\n└ serveKafka\n  └ kafkaSession\n    └ kafkaMetrics\n",
    );
  });

  it("say which workers have them, where they differ", async () => {
    const stacks = () => [
      { listener: "main", workers: [1, 3], tiers: [{ name: "a" }] },
      { listener: "main", workers: [2], tiers: [{ name: "b" }] },
    ];
    const { ask } = await servers.start(statusRoutes({ ...nothing, stacks }));
    expect((await ask("GET", "/stacks")).body).toBe(
      "listener main (workers 1, 3)\na\n\nlistener main (worker 2)\nb\n",
    );
  });
});
