import type { Connection } from "@pagoda/tcp";
import type { Registry } from "prom-client";

import type { Direction } from "../tcp-metrics.ts";
import { codecErrorReason } from "./codec-errors.ts";
import { UnderWay } from "./exchange.ts";
import type { Exchange } from "./exchange.ts";
import { KafkaFamilies } from "./families.ts";
import { ListenerTally } from "./listener-tally.ts";
import type { SeriesLimits } from "../cardinality/series-limits.ts";

export interface KafkaMetricsOptions {
  /** What bounds the series of topics and clients. */
  readonly series: SeriesLimits;
}

/** The families of the kafka, topic and client sections. `kafkaMetrics` and its neighbours feed them. */
export class KafkaMetrics {
  /** The families themselves, for the layers of this package. */
  readonly families: KafkaFamilies;
  /** Whether records are counted by client and topic together: with the detailed profile. */
  readonly edges: boolean;
  readonly #series: SeriesLimits;
  readonly #listeners = new Map<string, ListenerTally>();
  readonly #exchanges = new WeakMap<Connection, UnderWay<Exchange>>();

  /** @throws Error, from prom-client, when the registry already has one of the families. */
  constructor(registry: Registry, { series }: KafkaMetricsOptions) {
    this.families = new KafkaFamilies(registry);
    this.edges = series.profile === "detailed";
    this.#series = series;
  }

  /** The series of one listener. */
  listener(listener: string, direction: Direction): ListenerTally {
    const key = `${direction} ${listener}`;
    let tally = this.#listeners.get(key);
    if (tally === undefined) {
      tally = new ListenerTally(this.families, this.#series, listener, direction);
      this.#listeners.set(key, tally);
    }
    return tally;
  }

  /** The requests under way of one client's connection, shared by the tiers that watch it. */
  exchanges(connection: Connection): UnderWay<Exchange> {
    let exchanges = this.#exchanges.get(connection);
    if (exchanges === undefined) this.#exchanges.set(connection, (exchanges = new UnderWay()));
    return exchanges;
  }

  /** Counts a frame that could not be read; an error that is no frame's is not counted. */
  codecError(listener: string, side: "client" | "broker", error: unknown): void {
    const reason = codecErrorReason(error);
    if (reason !== undefined) this.families.codecErrors.cell({ listener, side, reason }).value += 1;
  }

  /** Counts a request that a layer answered without a broker, where no `kafkaMetrics` sees it. */
  shortCircuit(layer: string, api: string): void {
    this.families.shortCircuits.cell({ layer, api }).value += 1;
  }
}
