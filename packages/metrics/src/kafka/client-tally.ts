import { kafkaErrorOf } from "@pagoda/kafka/protocol";
import type { ClientSoftware } from "@pagoda/kafka";

import type { ApiClass } from "./api-class.ts";
import type { Cell, CellCounter, CellGauge } from "./cells.ts";
import type { KafkaFamilies } from "./families.ts";
import type { Op } from "./topic-tally.ts";

/** Names of software that one client label shows. A client library has one. */
const maxSoftware = 10;
const other = "__other__";

/** The series of one client on one listener; each is made when it is first counted. */
export class ClientTally {
  readonly client: string;
  /** False once its series were dropped: whoever holds it asks for another one. */
  alive = true;
  readonly #families: KafkaFamilies;
  readonly #labels: { readonly listener: string; readonly client: string };
  readonly #requests: { [Class in ApiClass]?: Cell } = {};
  readonly #bytes: { [O in Op]?: Cell } = {};
  readonly #errors = new Map<number, Cell>();
  readonly #edges = new Map<string, Cell>();
  readonly #software = new Set<string>();
  #connections: Cell | undefined;
  readonly #drops: (() => void)[] = [];

  constructor(families: KafkaFamilies, listener: string, client: string) {
    this.#families = families;
    this.client = client;
    this.#labels = { listener, client };
  }

  /** Series that it holds now. */
  get size(): number {
    return this.#drops.length;
  }

  /** Connections that use it. */
  get connections(): number {
    return this.#connections?.value ?? 0;
  }

  connected(more: 1 | -1): void {
    this.#connections ??= this.#own(this.#families.clientConnections, this.#labels);
    this.#connections.value += more;
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
      cell = this.#own(this.#families.edgeRecords, { ...this.#labels, topic, op });
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
    this.#own(this.#families.clientInfo, labels).value = 1;
  }

  /** Takes its series off the page. It must not be counted in any more. */
  drop(): void {
    this.alive = false;
    for (const drop of this.#drops) drop();
  }

  #own<Name extends string>(
    family: CellCounter<Name> | CellGauge<Name>,
    labels: Readonly<Record<Name, string>>,
  ): Cell {
    const cell = family.cell(labels);
    this.#drops.push(() => family.drop(cell));
    return cell;
  }
}
