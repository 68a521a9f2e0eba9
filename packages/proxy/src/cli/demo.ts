import { startCluster } from "@pagoda/kafka/testing";
import type { MemoryCluster } from "@pagoda/kafka/testing";
import { formatEndpoint } from "@pagoda/tcp";
import { isDeepStrictEqual } from "node:util";

import { moveLeaders } from "../demo/mishaps.ts";
import { demoTopics, startDemoTraffic } from "../demo/traffic.ts";
import { defaultAdminBind } from "../config/defaults.ts";
import { loadConfig } from "../config/load.ts";
import type { LoadedConfig } from "../config/load.ts";
import { createLog } from "../log.ts";
import { startProxy } from "../proxy.ts";
import type { Proxy } from "../proxy.ts";
import { helpFlag } from "./commands/command.ts";
import { readFlags } from "./flags.ts";
import { failFast, untilStopped } from "./run.ts";

/** `pagoda demo`: the reference proxy before a Kafka cluster in this process, with traffic. */
export async function demo(args: readonly string[]): Promise<number> {
  readFlags("demo", helpFlag, args);
  const log = createLog({ level: "warn" });
  failFast(log);
  await using cluster = await startCluster({ brokers: 3, topics: demoTopics });
  const { drainTimeoutMs } = demoOptions;
  const proxy = await startOnFreePorts(cluster.bootstrap);
  const traffic = startDemoTraffic(formatEndpoint(proxy.address));
  using _moving = moving(cluster);
  process.stdout.write(banner(proxy, cluster.brokers.length));
  // Awaited here: `using` ends the cluster when this function returns.
  return await untilStopped(proxy, { drainTimeoutMs }, log, () => traffic[Symbol.asyncDispose]());

  /** The usual ports when they are free, else any: a demo must not fail for that. */
  async function startOnFreePorts(bootstrap: string): Promise<Proxy> {
    try {
      return await start(await configOf(bootstrap, {}));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "LISTEN_PORT_IN_USE")) throw error;
      const bind = "127.0.0.1:0";
      return start(await configOf(bootstrap, { bind }));
    }
  }

  function start(loaded: LoadedConfig): Promise<Proxy> {
    return startProxy(loaded, { log, control: { config: () => loaded.print({ origins: true }) } });
  }
}

/**
 * One partition's leader moves now and then, as when brokers are restarted. Of a topic that no group
 * reads: the demo's consumers leave their group when a leader moves, which would be a rebalance loop.
 */
function moving(cluster: MemoryCluster): Disposable {
  const leaders = moveLeaders(cluster, { topic: "audit", partition: 1, everyMs: 30_000 });
  return { [Symbol.dispose]: () => leaders.unsubscribe() };
}

/** Nothing in the demo is worth waiting for. */
const demoOptions = { drainTimeoutMs: 2_000 } as const;

/** The defaults before a cluster. */
function configOf(bootstrap: string, elsewhere: { readonly bind?: string }): Promise<LoadedConfig> {
  const flags = {
    clusters: { demo: { bootstrap } },
    listeners: [{ cluster: "demo", ...elsewhere }],
    ...(elsewhere.bind !== undefined && { admin: elsewhere }),
    log: { level: "warn" },
  };
  return loadConfig({ file: null, flags, env: {}, cwd: process.cwd() });
}

function banner(proxy: Proxy, brokers: number): string {
  const at = formatEndpoint(proxy.address);
  const admin = proxy.admin === undefined ? "" : formatEndpoint(proxy.admin);
  const usual = proxy.admin === undefined || isDeepStrictEqual(proxy.admin, defaultAdminBind);
  const elsewhere = usual ? "" : ` --admin http://${admin}`;
  return `
pagoda is serving ${at} before a Kafka cluster of ${brokers} brokers, in memory, with clients at work

  dashboard     http://${admin}/ui/
  in text       npm run -s pagoda -- top${elsewhere}
  one by one    npm run -s pagoda -- tap --topic orders -n 5${elsewhere}
  look around   kcat -b ${at} -L
  join in       echo hello | kcat -b ${at} -P -t greetings
  its metrics   curl http://${admin}/metrics | grep pagoda_

  your Kafka    npm run -s pagoda -- run --bootstrap localhost:9092 --listen 127.0.0.1:29092 --admin off
  a real one    npm run kafka -- --brokers 3

Ctrl-C stops it.
`;
}
