import { collectDefaultMetrics, Gauge } from "prom-client";
import type { Registry } from "prom-client";

import { ReloadCounter } from "./reload-counter.ts";
import type { ReloadOutcome } from "./reload-counter.ts";

/** What this process is. */
export interface BuildInfo {
  readonly version: string;
  /** Short commit hash, or `unknown` outside a checkout. */
  readonly commit: string;
  /** Newest Kafka release whose message definitions are built in. */
  readonly kafkaProtocol: string;
}

/** The life of one listener. */
export type ListenerState = "initializing" | "serving" | "draining" | "failed";

const listenerStates: readonly ListenerState[] = ["initializing", "serving", "draining", "failed"];

/**
 * What there is to say of the process: build, configuration, listeners, certificates, and
 * prom-client's own families for the process and the Node runtime.
 */
export class ProcessMetrics {
  readonly #config: Gauge<"hash" | "source">;
  readonly #reloads: ReloadCounter;
  readonly #applied: Gauge;
  readonly #listeners: Gauge<"listener" | "state">;
  readonly #expiry: Gauge<"listener">;
  readonly #certificates = new Map<string, () => Date | undefined>();

  constructor(registry: Registry, { version, commit, kafkaProtocol }: BuildInfo) {
    const registers = [registry];
    new Gauge({
      name: "pagoda_build_info",
      help: "Build and protocol-schema version.",
      labelNames: ["version", "commit", "node", "kafka_protocol"],
      registers,
    }).set({ version, commit, node: process.versions.node, kafka_protocol: kafkaProtocol }, 1);
    this.#config = new Gauge({
      name: "pagoda_config_info",
      help: "Active configuration.",
      labelNames: ["hash", "source"],
      registers,
    });
    this.#reloads = new ReloadCounter(registry);
    this.#applied = new Gauge({
      name: "pagoda_config_last_success_timestamp_seconds",
      help: "Unix time of the last applied configuration.",
      registers,
    });
    this.#listeners = new Gauge({
      name: "pagoda_listener_state",
      help: `1 for the current state (${listenerStates.join("|")}), else 0.`,
      labelNames: ["listener", "state"],
      registers,
    });
    this.#expiry = new Gauge({
      name: "pagoda_tls_certificate_expiry_timestamp_seconds",
      help: "Unix time at which the served certificate expires.",
      labelNames: ["listener"],
      registers,
      collect: () => this.#readExpiries(),
    });
    collectDefaultMetrics({ register: registry });
  }

  /**
   * Says which configuration is in force.
   * @param hash of the configuration, as `sha256:…`.
   * @param source the file it came from, or `flags`.
   */
  configApplied(hash: string, source: string): void {
    this.#config.reset();
    this.#config.set({ hash, source }, 1);
    this.#applied.set(Date.now() / 1_000);
  }

  configReloaded(outcome: ReloadOutcome): void {
    this.#reloads.ended(outcome);
  }

  listenerState(listener: string, state: ListenerState): void {
    for (const each of listenerStates) this.#listeners.set({ listener, state: each }, each === state ? 1 : 0);
  }

  /** A listener that there is no more: its series vanish. */
  listenerRemoved(listener: string): void {
    for (const state of listenerStates) this.#listeners.remove({ listener, state });
    this.#certificates.delete(listener);
    this.#expiry.remove({ listener });
  }

  /** @param expiresAt asked whenever the page is, so that a reloaded certificate shows. */
  servedCertificate(listener: string, expiresAt: () => Date | undefined): void {
    this.#certificates.set(listener, expiresAt);
  }

  #readExpiries(): void {
    for (const [listener, expiresAt] of this.#certificates) {
      const at = expiresAt();
      if (at !== undefined) this.#expiry.set({ listener }, at.getTime() / 1_000);
    }
  }
}
