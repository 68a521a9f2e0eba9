import { apiOfKey, kafkaErrorOf } from "@pagoda/kafka/protocol";

import type { Direction } from "../tcp-metrics.ts";
import { apiClassOf } from "./api-class.ts";
import type { ApiClass } from "./api-class.ts";
import type { Cell, HistogramCell } from "./cells.ts";
import type { KafkaFamilies } from "./families.ts";

export type Classification = "success" | "retriable" | "failure" | "none";

/** A request's own, for the series of one API on one listener. */
export interface ApiLabels {
  readonly listener: string;
  readonly direction: Direction;
  readonly apiKey: number;
}

/** Answered when the group has rebalanced, which is nobody's latency. */
const rebalancing: ReadonlySet<number> = new Set([11, 14]);

/** What a key of an API is called: `unknown` for every number that the codec does not know. */
export function apiNameOf(apiKey: number): string {
  // Raw tokens behind SaslHandshake v0, which have no header.
  return apiKey === -1 ? "SaslToken" : (apiOfKey(apiKey)?.name ?? "unknown");
}

/** The series of one API on one listener. */
export class ApiTally {
  readonly name: string;
  readonly apiClass: ApiClass;
  /** Whether its answers come when a group has rebalanced, and are kept out of the latency. */
  readonly rebalances: boolean;
  readonly duration: HistogramCell;
  readonly upstreamDuration: HistogramCell;
  readonly requestSize: HistogramCell;
  readonly responseSize: HistogramCell;
  readonly #families: KafkaFamilies;
  readonly #labels: { readonly listener: string; readonly direction: Direction; readonly api: string };
  readonly #nodes = new Map<string, NodeTally>();
  readonly #errors = new Map<string, Cell>();

  constructor(families: KafkaFamilies, { listener, direction, apiKey }: ApiLabels) {
    const api = apiNameOf(apiKey);
    this.name = api;
    this.apiClass = apiClassOf(apiKey, api !== "unknown");
    this.rebalances = rebalancing.has(apiKey);
    this.#families = families;
    this.#labels = { listener, direction, api };
    this.duration = families.requestDuration.cell(this.#labels);
    this.upstreamDuration = families.upstreamDuration.cell({ listener, api });
    this.requestSize = families.requestSize.cell({ listener, api });
    this.responseSize = families.responseSize.cell({ listener, api });
  }

  node(nodeId: string): NodeTally {
    let node = this.#nodes.get(nodeId);
    if (node === undefined) {
      node = new NodeTally(this.#families, { ...this.#labels, node_id: nodeId });
      this.#nodes.set(nodeId, node);
    }
    return node;
  }

  error(code: number): void {
    const error = kafkaErrorOf(code).name;
    let cell = this.#errors.get(error);
    if (cell === undefined) {
      this.#errors.set(error, (cell = this.#families.responseErrors.cell({ ...this.#labels, error })));
    }
    cell.value += 1;
  }

  throttled(throttleMs: number, origin: "broker" | "proxy"): void {
    const { listener, api } = this.#labels;
    this.#families.throttle.cell({ listener, api, origin }).value += throttleMs / 1_000;
  }

  passedThrough(reason: "unknown_api" | "unknown_version" | "not_needed"): void {
    const { listener, api } = this.#labels;
    this.#families.passthrough.cell({ listener, api, reason }).value += 1;
  }

  shortCircuit(layer: string): void {
    this.#families.shortCircuits.cell({ layer, api: this.name }).value += 1;
  }
}

interface NodeLabels {
  readonly listener: string;
  readonly direction: Direction;
  readonly api: string;
  readonly node_id: string;
}

/** The series of one API at one broker. */
export class NodeTally {
  readonly #families: KafkaFamilies;
  readonly #labels: NodeLabels;
  readonly #requests: Cell[] = [];
  readonly #responses: { [C in Classification]?: Cell } = {};

  constructor(families: KafkaFamilies, labels: NodeLabels) {
    this.#families = families;
    this.#labels = labels;
    // From the first request on, so that `rate()` sees the first failure.
    for (const classification of ["success", "retriable", "failure"] as const) this.#response(classification);
  }

  /** @param version one that the codec knows; undefined folds any other into one series */
  request(version: number | undefined): void {
    const at = version === undefined ? 0 : version + 1;
    const cell = (this.#requests[at] ??= this.#families.requests.cell({
      ...this.#labels,
      api_version: version === undefined ? "unknown" : String(version),
    }));
    cell.value += 1;
  }

  response(classification: Classification): void {
    this.#response(classification).value += 1;
  }

  #response(classification: Classification): Cell {
    return (this.#responses[classification] ??= this.#families.responses.cell({
      ...this.#labels,
      classification,
    }));
  }
}
