import { Context, milliseconds, TimeoutError, whole } from "@pagoda/core";
import { formatEndpoint } from "@pagoda/tcp";
import type { ClientTls, Endpoint } from "@pagoda/tcp";

import { detectLeaks } from "../layers/detect-leaks.ts";
import type { Leak } from "../layers/detect-leaks.ts";
import type { UpstreamCluster } from "./find-addresses.ts";
import { probe } from "./probe.ts";
import type { Probed, ProbeOptions } from "./probe.ts";

export interface CheckAdvertisedOptions {
  /** Where clients are told to connect first: the proxy's own address. */
  readonly bootstrap: Endpoint;
  /** Speak TLS, as clients do. @default plain text */
  readonly tls?: ClientTls;
  /** The cluster behind the proxy, whose addresses must not be seen. @default leaks are not looked for */
  readonly cluster?: UpstreamCluster;
  /** Milliseconds for each step: to connect to an address, and for each of its answers. @default 5000 */
  readonly timeoutMs?: number;
  /** Milliseconds for all of it; brokers not reached by then count as timed out. @default 30000 */
  readonly totalTimeoutMs?: number;
  /** Addresses that are dialled at once. @default 8 */
  readonly maxConcurrent?: number;
}

/** A broker as a client finds it. */
export interface AdvertisedNode {
  readonly nodeId: number;
  /** Where clients are told to find it. */
  readonly endpoint: Endpoint;
  readonly probed: Probed;
  /** It answers for another cluster than the bootstrap address. */
  readonly isOtherCluster: boolean;
}

/** What a client of the proxy will see. */
export interface AdvertisedReport {
  readonly bootstrap: Endpoint;
  readonly probed: Probed;
  /** Every broker that clients are told of, by id. None where they are not told before they log in. */
  readonly nodes: readonly AdvertisedNode[];
  /** Addresses of the cluster behind the proxy that clients are told. */
  readonly leaks: readonly Leak[];
  /**
   * Clients can work: the bootstrap address answers, every broker is reachable and of the same
   * cluster, and no address leaks. Also where brokers are not known before a login.
   */
  readonly ok: boolean;
}

/**
 * Dials what a proxy advertises, as a client would: asks the bootstrap address for the brokers, then
 * each of them. It tells what clients will see from here; from another machine a name may resolve to
 * something else, or not at all.
 *
 * A cluster that wants a login tells nothing before it; that is reported, and is no fault.
 *
 * Rejects with the reason when `cx` is cancelled; everything else is in the report.
 */
export async function checkAdvertised(
  options: CheckAdvertisedOptions,
  cx: Context = Context.background(),
): Promise<AdvertisedReport> {
  const { bootstrap, tls, cluster = { nodes: new Map(), bootstrap: [] } } = options;
  const maxConcurrent = whole("maxConcurrent", options.maxConcurrent ?? 8, 1);
  const totalTimeoutMs = milliseconds("totalTimeoutMs", options.totalTimeoutMs ?? 30_000);
  const timeoutMs = milliseconds("timeoutMs", options.timeoutMs ?? 5_000);
  const leaks: Leak[] = [];
  const watch = detectLeaks({ cluster, onLeak: (leak) => leaks.push(leak) });

  const all = cx.fork({ deadlineMs: performance.now() + totalTimeoutMs });
  const timer = setTimeout(() => all.cancel(new TimeoutError(totalTimeoutMs)), totalTimeoutMs);
  const dial = (endpoint: Endpoint): Promise<Probed> => {
    // Past the proxy: the broker itself tells all addresses, and there is no news in that.
    const isPast = leaks.some((leak) => formatEndpoint(leak.endpoint) === formatEndpoint(endpoint));
    return probeUntil(endpoint, { timeoutMs, tls, watch: isPast ? undefined : watch }, all, cx);
  };
  try {
    const probed = await dial(bootstrap);
    const brokers = probed.result === "kafka" ? probed.brokers : [];
    const nodes = await inParallel(maxConcurrent, brokers, async (broker): Promise<AdvertisedNode> => {
      const { nodeId, host, port } = broker;
      const found = await dial({ host, port });
      return { nodeId, endpoint: { host, port }, probed: found, isOtherCluster: differ(probed, found) };
    });
    nodes.sort((a, b) => a.nodeId - b.nodeId);
    const fine =
      probed.result !== "failed" &&
      nodes.every((node) => node.probed.result !== "failed" && !node.isOtherCluster) &&
      leaks.every(({ where }) => where === "text");
    return { bootstrap, probed, nodes, leaks, ok: fine };
  } finally {
    clearTimeout(timer);
    all.release();
  }
}

/** What `all`, which has a time limit, does not get to has timed out; `cx` is the caller's. */
async function probeUntil(
  endpoint: Endpoint,
  options: ProbeOptions,
  all: Context,
  cx: Context,
): Promise<Probed> {
  try {
    // Cancelled already: not even tried.
    all.throwIfCancelled();
    return await probe(endpoint, options, all);
  } catch (error) {
    cx.throwIfCancelled();
    if (!all.cancelled) throw error;
    return { result: "failed", reason: "timeout", message: "not reached before the check's time was over" };
  }
}

function differ(a: Probed, b: Probed): boolean {
  if (a.result !== "kafka" || b.result !== "kafka") return false;
  return a.clusterId !== null && b.clusterId !== null && a.clusterId !== b.clusterId;
}

/** Does `work` with each of `items`, so many at a time; the results are in no order. */
async function inParallel<T, R>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = items.values();
  const worker = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, for each worker
    for (const item of left) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
