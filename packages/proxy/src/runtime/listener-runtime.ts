import { Drain, Scope } from "@pagoda/core";
import type { DrainOptions } from "@pagoda/core";
import { Admission } from "@pagoda/tcp";
import type { Connection, ConnectionLimits, Endpoint, Reload } from "@pagoda/tcp";
import { isDeepStrictEqual } from "node:util";

import { advertisedAt, clusterStatus } from "../admin/cluster-status.ts";
import type { ClusterStatus } from "../admin/cluster-status.ts";
import { bindCluster } from "../cluster/addresses.ts";
import type { ClusterAddresses } from "../cluster/addresses.ts";
import { knownBrokers } from "../cluster/known-brokers.ts";
import type { KnownBrokers } from "../cluster/known-brokers.ts";
import type { ClusterConfig, LimitsConfig, ListenerConfig } from "../config/model.ts";
import type { AcceptProxyHeader } from "../options.ts";
import { refusals } from "../refusals.ts";
import { buildCluster, buildService } from "./build-stack.ts";
import type { BuildParts, BuiltStack } from "./build-stack.ts";
import { Generation } from "./generation.ts";
import { Sockets } from "./sockets.ts";
import type { SocketSet } from "./sockets.ts";

/** A listener as a configuration wants it. */
export interface WantedListener {
  readonly listener: ListenerConfig;
  /** The cluster that it is before; undefined before one service. */
  readonly cluster: ClusterConfig | undefined;
}

/** A listener that could be as wanted: nothing has changed for clients yet. */
export interface PreparedListener {
  /** Connections from now on meet the new stack. Cannot fail. */
  commit(options: CommitOptions): Promise<void>;
  /** Releases what was made for it. */
  abort(): Promise<void>;
}

export interface CommitOptions {
  /** Ends the connections of the stack before, in order, within so many milliseconds; undefined: they stay. */
  readonly drainBeforeMs: number | undefined;
}

export type ListenerRuntimeParts = Pick<BuildParts, "metrics" | "log" | "tracing" | "traffic">;

/** Stacks of earlier configurations that may still serve; the oldest of more is told to end. */
const maxRetired = 8;
const crowdedDrainMs = 10_000;

interface Current extends WantedListener {
  readonly bound: Bound;
  readonly brokers: Brokers | undefined;
  readonly built: BuiltStack;
  readonly generation: Generation;
}

/** The addresses of a listener: kept while the configuration asks for the same ones. */
interface Bound {
  readonly main: Endpoint;
  readonly cluster: ClusterAddresses | undefined;
}

/** What is known of the brokers: kept while the cluster is the same. */
interface Brokers extends KnownBrokers {
  readonly scope: Scope;
}

/**
 * One listener over its life: its ports, and the stack that serves it, which a new configuration
 * replaces without a connection being refused or lost.
 */
export class ListenerRuntime implements AsyncDisposable {
  readonly name: string;
  readonly #parts: ListenerRuntimeParts;
  /** Over all of its ports. */
  readonly #admission: Admission;
  readonly #sockets: Sockets;
  readonly #retired = new Set<Generation>();
  #current: Current | undefined;

  constructor(first: WantedListener, parts: ListenerRuntimeParts) {
    const { name, limits, tls, acceptProxyHeader } = first.listener;
    const { log } = parts;
    this.name = name;
    this.#parts = parts;
    this.#admission = new Admission(name, limitsOf(limits, acceptProxyHeader));
    this.#sockets = new Sockets(
      {
        name,
        admission: this.#admission,
        onAcceptError: (error) =>
          log.error({ listener: name, err: error }, "a connection could not be accepted"),
        onRefused: refusals({
          ...parts,
          tls: tls !== undefined,
          direction: first.cluster ? "outbound" : "inbound",
        }),
      },
      (connection) => this.#accept(connection),
    );
  }

  /** Where clients begin, with the port that was really bound. */
  get address(): Endpoint {
    return this.#running.bound.main;
  }

  /** Connections that are open, those of earlier configurations too. */
  get connections(): number {
    return [...this.#retired].reduce((sum, { open }) => sum + open, this.#current?.generation.open ?? 0);
  }

  get service(): object {
    return this.#running.built.service;
  }

  /** Why the upstream is not usable; undefined when it is. */
  get failing(): string | undefined {
    return this.#running.built.upstream.failing;
  }

  /** The cluster behind it; undefined where that is one service. */
  get clusterStatus(): ClusterStatus | undefined {
    const { cluster, brokers, bound } = this.#running;
    if (cluster === undefined || brokers === undefined || bound.cluster === undefined) return undefined;
    return clusterStatus({
      name: cluster.name,
      listener: this.name,
      cluster: brokers.cluster,
      advertised: advertisedAt(bound.cluster),
      facts: brokers.facts(),
    });
  }

  /** When the certificate that clients are shown expires; undefined where there is none. */
  get certificateExpiresAt(): Date | undefined {
    return this.#current?.built.tls?.tls.expiresAt;
  }

  /** Reads its certificates again, now; never rejects. */
  reloadCertificates(): Promise<readonly Reload[]> {
    return Promise.all(this.#running.built.certificates.map((each) => each.reload()));
  }

  is({ listener, cluster }: WantedListener): boolean {
    return isDeepStrictEqual([this.#current?.listener, this.#current?.cluster], [listener, cluster]);
  }

  /** Makes all that the configuration needs. @throws CertificateError, ListenError, StateFileError, RangeError */
  async prepare(wanted: WantedListener): Promise<PreparedListener> {
    const ports = this.#sockets.begin();
    const undo = new Scope();
    undo.defer(() => ports.abort());
    try {
      const bound = await this.#bound(wanted, ports);
      const brokers = await this.#brokers(wanted, bound, undo);
      const drain = new Drain();
      const scope = undo.fork();
      const parts = { ...this.#parts, drain, scope };
      const built = await build(wanted, { bound, brokers }, parts);
      const generation = new Generation(built.service, drain, scope);
      const next: Current = { ...wanted, bound, brokers, built, generation };
      return {
        commit: (options) => this.#commit(next, ports, options),
        abort: () => undo.close(),
      };
    } catch (error) {
      await undo.close();
      throw error;
    }
  }

  /** Accepts nothing more, and ends what is open in order. */
  async drain(options: DrainOptions): Promise<void> {
    await this.#sockets.close();
    await Promise.all(this.#generations.map((generation) => generation.drain(options)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sockets.close();
    await Promise.all(this.#generations.map((generation) => generation.close()));
    await this.#current?.brokers?.scope.close();
  }

  get #running(): Current {
    if (this.#current === undefined) throw new TypeError(`listener ${this.name} has not begun`);
    return this.#current;
  }

  get #generations(): readonly Generation[] {
    return [...this.#retired, ...(this.#current ? [this.#current.generation] : [])];
  }

  #accept(connection: Connection): void {
    this.#running.generation.accept(connection);
  }

  async #bound({ listener }: WantedListener, ports: SocketSet): Promise<Bound> {
    const { target, bind } = listener;
    const acquire = (endpoint: Endpoint): ReturnType<SocketSet["acquire"]> => ports.acquire(endpoint);
    if (target.cluster === undefined) return { main: (await acquire(bind)).address, cluster: undefined };
    const { advertise } = target;
    const before = this.#current?.bound.cluster;
    const cluster = await bindCluster({ bind, advertise, acquire, before: before?.slots });
    // The very slots that brokers have, unless addresses are others: what is known of them goes on.
    const kept = before && this.#sameAddresses(listener) ? before : cluster;
    return { main: kept.main, cluster: kept };
  }

  #sameAddresses({ bind, target }: ListenerConfig): boolean {
    const before = this.#running.listener;
    if (before.target.cluster === undefined || target.cluster === undefined) return false;
    return isDeepStrictEqual([before.bind, before.target.advertise], [bind, target.advertise]);
  }

  async #brokers(
    { listener, cluster }: WantedListener,
    bound: Bound,
    undo: Scope,
  ): Promise<Brokers | undefined> {
    const { target } = listener;
    if (cluster === undefined || target.cluster === undefined) return undefined;
    const before = this.#current;
    const same = before?.bound.cluster === bound.cluster && before?.cluster?.bootstrap;
    if (before?.brokers && isDeepStrictEqual(same, cluster.bootstrap)) return before.brokers;
    const scope = undo.fork();
    const { stateFile } = target.advertise;
    const options = {
      bootstrap: cluster.bootstrap,
      stateFile,
      slots: bound.cluster?.slots,
      log: this.#parts.log,
    };
    return { ...(await knownBrokers(options, scope)), scope };
  }

  async #commit(next: Current, ports: SocketSet, { drainBeforeMs }: CommitOptions): Promise<void> {
    const before = this.#current;
    this.#current = next;
    this.#admission.replace(limitsOf(next.listener.limits, next.listener.acceptProxyHeader));
    if (before !== undefined) this.#retire(before, drainBeforeMs);
    await ports.commit();
    next.built.start();
  }

  #retire({ generation, brokers }: Current, drainBeforeMs: number | undefined): void {
    this.#retired.add(generation);
    const [oldest] = this.#retired;
    if (this.#retired.size > maxRetired) void oldest?.drain({ deadlineMs: crowdedDrainMs });
    if (drainBeforeMs !== undefined) void generation.drain({ deadlineMs: drainBeforeMs });
    const kept = brokers === this.#current?.brokers;
    void generation.retire().then(() => {
      this.#retired.delete(generation);
      return kept ? undefined : brokers?.scope.close();
    });
  }
}

/** Behind a balancer all clients have one address here; a layer counts them by what it says. */
function limitsOf(
  { connections, connectionsPerAddress, connectionsPerSecond }: LimitsConfig,
  header: AcceptProxyHeader | undefined,
): ConnectionLimits {
  return {
    maxConnections: connections,
    ...(header === undefined &&
      connectionsPerAddress !== undefined && { maxConnectionsPerAddress: connectionsPerAddress }),
    ...(connectionsPerSecond !== undefined && { maxConnectionsPerSecond: connectionsPerSecond }),
  };
}

function build(
  { listener, cluster: config }: WantedListener,
  { bound, brokers }: Pick<Current, "bound" | "brokers">,
  parts: Parameters<typeof buildService>[2],
): Promise<BuiltStack> {
  const { target } = listener;
  if (target.cluster === undefined) return buildService(listener, target.service, parts);
  if (config === undefined || bound.cluster === undefined || brokers === undefined) {
    throw new TypeError(`listener ${listener.name} is before cluster ${target.cluster}, which was not given`);
  }
  return buildCluster(listener, { config, target, addresses: bound.cluster, brokers }, parts);
}
