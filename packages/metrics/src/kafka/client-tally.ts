import { kafkaErrorOf } from "@pagoda/kafka/protocol";
import type { ClientSoftware } from "@pagoda/kafka";

import type { ApiClass } from "./api-class.ts";
import type { Cell, CellCounter, CellGauge } from "./cells.ts";
import type { SeriesLimits } from "../cardinality/series-limits.ts";
import type { KafkaFamilies } from "./families.ts";
import { OwnSeries } from "./own-series.ts";
import type { OpenValues, TallyParts } from "./own-series.ts";
import type { Op } from "./topic-tally.ts";

/** Names of software that one client label shows. A client library has one. */
const maxSoftware = 10;
const other = "__other__";

/** The series of one client on one listener; each is made when it is first counted. */
export class ClientTally {
  readonly client: string;
  readonly series: OwnSeries;
  readonly #families: KafkaFamilies;
  readonly #bounds: SeriesLimits;
  readonly #labels: { readonly listener: string; readonly client: string };
  readonly #requests: { [Class in ApiClass]?: Cell } = {};
  readonly #bytes: { [O in Op]?: Cell } = {};
  readonly #errors = new Map<number, Cell>();
  readonly #edges = new Map<string, Cell>();
  readonly #software = new Set<string>();
  #connections: Cell | undefined;

  constructor({ families, bounds, listener, onDrop }: TallyParts, client: string) {
    this.series = new OwnSeries(bounds, "client", onDrop);
    this.#bounds = bounds;
    this.#families = families;
    this.client = client;
    this.#labels = { listener, client };
  }

  connected(more: 1 | -1): void {
    this.#connections ??= this.#own(this.#families.clientConnections, this.#labels);
    this.#connections.value += more;
    // A gauge that vanished with connections open would never come right again.
    if (this.#connections.value > 0) this.series.hold();
    else this.series.release();
  }

  request(apiClass: ApiClass): void {
    const cell = (this.#requests[apiClass] ??= this.#own(this.#families.clientRequests, {
      ...this.#labels,
      api_class: apiClass,
    }));
    cell.value += 1;
  }

  bytes(op: Op, bytes: number): void {
    const cell = (this.#bytes[op] ??= this.#own(this.#families.clientBytes, { ...this.#labels, op }));
    cell.value += bytes;
  }

  error(code: number): void {
    const { name, known } = kafkaErrorOf(code);
    const key = known ? code : Number.NaN;
    let cell = this.#errors.get(key);
    if (cell === undefined) {
      cell = this.#own(this.#families.clientErrors, { ...this.#labels, error: name });
      this.#errors.set(key, cell);
    }
    cell.value += 1;
  }

  edge(topic: string, op: Op, records: number): void {
    const key = `${op} ${topic}`;
    let cell = this.#edges.get(key);
    if (cell === undefined) {
      if (!this.#bounds.openLabels) return;
      cell = this.#own(this.#families.edgeRecords, { ...this.#labels, topic, op }, { topic });
      this.#edges.set(key, cell);
    }
    cell.value += records;
  }

  /** The names are the client's word, and a client may say others with every connection. */
  software({ name, version }: ClientSoftware): void {
    const full = this.#software.size >= maxSoftware && !this.#software.has(name);
    const labels = {
      client: this.client,
      software: full ? other : name,
      software_version: full ? other : version,
    };
    const before = this.#families.clientInfo.cell(labels);
    if (before.value === 1) return;
    this.#software.add(name);
    this.#own(this.#families.clientInfo, labels, { software_version: labels.software_version }).value = 1;
  }

  #own<Name extends string>(
    family: CellCounter<Name> | CellGauge<Name>,
    labels: Readonly<Record<Name, string>>,
    values: OpenValues = {},
  ): Cell {
    return this.series.cell(family, labels, { client: this.client, ...values });
  }
}
