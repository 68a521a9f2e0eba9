import { Drain, ProxyError, Scope } from "@pagoda/core";
import { createMetrics } from "@pagoda/metrics";
import type { Endpoint } from "@pagoda/tcp";
import { Registry } from "prom-client";

import { bindCluster } from "../cluster/addresses.ts";
import { knownBrokers } from "../cluster/known-brokers.ts";
import type { ClusterConfig, ListenerConfig, ProxyConfig } from "../config/model.ts";
import { createLog } from "../log.ts";
import { ProxyTraffic } from "../traffic/proxy-traffic.ts";
import { buildInfo } from "../version.ts";
import { buildCluster, buildService } from "./build-stack.ts";
import type { BuildParts, BuiltStack } from "./build-stack.ts";
import type { Socket } from "./sockets.ts";

/** Upstreams that a configuration names could not be reached. */
export class UnreachableError extends ProxyError {
  readonly code = "UNREACHABLE";
  readonly retriable = true;
  readonly kind = "unavailable";
}

/**
 * Builds all that a proxy would be made of, certificates and layers, and releases it again: no port
 * is bound, no file is written. Where `connect` says so, its upstreams are reached, too.
 * @throws CertificateError, RangeError, UnreachableError
 */
export async function buildOnly(
  config: ProxyConfig,
  { connect }: { readonly connect: boolean },
): Promise<void> {
  await using scope = new Scope();
  const log = createLog({ level: "silent" });
  const metrics = createMetrics({ registry: new Registry(), build: buildInfo() });
  const traffic = new ProxyTraffic({ metrics, log, tap: config.tap });
  const unreachable: string[] = [];
  for (const listener of config.listeners) {
    const parts = { metrics, log, drain: new Drain(), scope, tracing: undefined, traffic };
    const cluster =
      listener.target.cluster === undefined ? undefined : config.clusters.get(listener.target.cluster);
    // oxlint-disable-next-line no-await-in-loop -- the first that cannot be built is told
    const built = await build(listener, cluster, parts);
    if (!connect) continue;
    // oxlint-disable-next-line no-await-in-loop -- in the order of the configuration
    await built.upstream.probe();
    const { failing } = built.upstream;
    if (failing !== undefined) unreachable.push(`listener ${listener.name}: ${failing}`);
  }
  if (unreachable.length > 0) throw new UnreachableError(unreachable.join("; "));
}

async function build(
  listener: ListenerConfig,
  config: ClusterConfig | undefined,
  parts: BuildParts,
): Promise<BuiltStack> {
  const { target, bind } = listener;
  if (target.cluster === undefined) return buildService(listener, target.service, parts);
  if (config === undefined) throw new TypeError(`cluster ${target.cluster} is not there`);
  const { advertise } = target;
  const addresses = await bindCluster({ bind, advertise, acquire: pretend(), before: undefined });
  const { bootstrap } = config;
  const brokers = await knownBrokers(
    { bootstrap, stateFile: undefined, slots: addresses.slots, log: parts.log },
    parts.scope,
  );
  return buildCluster(listener, { config, target, addresses, brokers }, parts);
}

/** Ports as if they were bound. */
function pretend(): (endpoint: Endpoint) => Promise<Socket> {
  let free = 1;
  return async ({ host, port }) => {
    return { address: { host, port: port === 0 ? free++ : port } };
  };
}
