import { startCluster } from "@pagoda/kafka/testing";
import { createLog, startProxy } from "@pagoda/proxy";
import { formatEndpoint } from "@pagoda/tcp";
import { TrafficViews } from "@pagoda/traffic";
import { expect, it } from "vitest";

import { demoTopics, startDemoTraffic } from "../packages/proxy/src/demo/traffic.ts";
import { eventually } from "./support/eventually.ts";
import { memoryConfig } from "./support/timed-proxy.ts";

it("finds the one problem that a client of the demo has, soon after the start", async () => {
  await using cluster = await startCluster({ topics: demoTopics });
  await using proxy = await startProxy(await memoryConfig(cluster.bootstrap), {
    log: createLog({ level: "silent" }),
  });
  await using _traffic = startDemoTraffic(formatEndpoint(proxy.address));
  using views = new TrafficViews(() => proxy.traffic.state());
  await eventually(() => expect(views.view("1m").problems).not.toEqual([]), 60_000);
  const { problems } = views.view("1m");
  expect(problems.map(({ kind, subject }) => `${kind} of ${subject.name}`)).toEqual([
    "tiny-batches of legacy-etl",
  ]);
});
