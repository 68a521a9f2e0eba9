import { ProxyError } from "@pagoda/core";
import type { DrainOptions } from "@pagoda/core";

import type { ProxyConfig } from "../config/model.ts";
import { ListenerRuntime } from "./listener-runtime.ts";
import type { ListenerRuntimeParts, PreparedListener, WantedListener } from "./listener-runtime.ts";

/** A listener is before a cluster that the configuration does not have. */
export class UnknownClusterError extends ProxyError {
  readonly code = "UNKNOWN_CLUSTER";
  readonly retriable = false;
  readonly kind = "invalid";
  constructor(listener: string, cluster: string, known: readonly string[]) {
    const all = known.length === 0 ? "there is none" : `there is ${known.join(", ")}`;
    super(`listener ${listener} is before cluster "${cluster}", but ${all}`);
  }
}

export interface ApplyOptions {
  /** Milliseconds for the connections of what changed to end in order; undefined: they stay as they are. */
  readonly drainChangedMs: number | undefined;
  /** Milliseconds for the connections of a listener that is no more. */
  readonly drainRemovedMs: number;
}

/** What became of each listener, by name. */
export interface ListenerChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The listeners of a configuration, and how one configuration follows another. */
export class Listeners implements AsyncDisposable {
  readonly #parts: ListenerRuntimeParts;
  #running = new Map<string, ListenerRuntime>();

  constructor(parts: ListenerRuntimeParts) {
    this.#parts = parts;
  }

  /** In the order of the configuration. */
  get all(): readonly ListenerRuntime[] {
    return [...this.#running.values()];
  }

  get connections(): number {
    return this.all.reduce((sum, { connections }) => sum + connections, 0);
  }

  /**
   * Makes the listeners those of a configuration: all of them, or none is touched.
   * @throws CertificateError, ListenError, StateFileError, RangeError
   */
  async apply(
    config: ProxyConfig,
    { drainChangedMs, drainRemovedMs }: ApplyOptions,
  ): Promise<ListenerChanges> {
    const next = new Map<string, ListenerRuntime>();
    const prepared = new Map<string, PreparedListener>();
    try {
      for (const wanted of wantedBy(config)) {
        const { name } = wanted.listener;
        const known = this.#running.get(name);
        const runtime = known ?? new ListenerRuntime(wanted, this.#parts);
        next.set(name, runtime);
        if (known?.is(wanted)) continue;
        // oxlint-disable-next-line no-await-in-loop -- the first that cannot be is told, and the rest not tried
        prepared.set(name, await runtime.prepare(wanted));
      }
    } catch (error) {
      await Promise.all([...prepared.values()].map((one) => one.abort()));
      throw error;
    }
    const before = this.#running;
    this.#running = next;
    await Promise.all([...prepared.values()].map((one) => one.commit({ drainBeforeMs: drainChangedMs })));
    const removed = [...before.values()].filter(({ name }) => next.get(name) === undefined);
    for (const runtime of removed) void endInOrder(runtime, { deadlineMs: drainRemovedMs });
    const touched = [...prepared.keys()];
    return {
      added: touched.filter((name) => !before.has(name)),
      changed: touched.filter((name) => before.has(name)),
      removed: removed.map(({ name }) => name),
    };
  }

  async drain(options: DrainOptions): Promise<void> {
    await Promise.all(this.all.map((runtime) => runtime.drain(options)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map((runtime) => runtime[Symbol.asyncDispose]()));
  }
}

function wantedBy({ listeners, clusters }: ProxyConfig): readonly WantedListener[] {
  return listeners.map((listener) => {
    const name = listener.target.cluster;
    const cluster = name === undefined ? undefined : clusters.get(name);
    if (name !== undefined && cluster === undefined)
      throw new UnknownClusterError(listener.name, name, [...clusters.keys()]);
    return { listener, cluster };
  });
}

async function endInOrder(runtime: ListenerRuntime, options: DrainOptions): Promise<void> {
  await runtime.drain(options);
  await runtime[Symbol.asyncDispose]();
}
