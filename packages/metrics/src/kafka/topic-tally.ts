import { kafkaErrorOf } from "@pagoda/kafka/protocol";

import type { Cell, CellCounter, CellGauge } from "./cells.ts";
import type { KafkaFamilies } from "./families.ts";
import { OwnSeries } from "./own-series.ts";
import type { TallyParts } from "./own-series.ts";

export type Op = "produce" | "fetch";

const codecs = ["none", "gzip", "snappy", "lz4", "zstd"];

/** The series of one topic on one listener; each is made when it is first counted. */
export class TopicTally {
  readonly topic: string;
  readonly series: OwnSeries;
  readonly #families: KafkaFamilies;
  readonly #labels: { readonly listener: string; readonly topic: string };
  readonly #records: { [O in Op]?: Cell } = {};
  readonly #bytes: { [O in Op]?: Cell } = {};
  readonly #batches = new Map<number, Cell>();
  readonly #errors = new Map<string, Cell>();
  #lastProduced: Cell | undefined;

  constructor({ families, bounds, listener, onDrop }: TallyParts, topic: string) {
    this.series = new OwnSeries(bounds, "topic", onDrop);
    this.#families = families;
    this.topic = topic;
    this.#labels = { listener, topic };
  }

  records(op: Op, records: number, bytes: number): void {
    const { topicRecords, topicBytes } = this.#families;
    const counted = (this.#records[op] ??= this.#own(topicRecords, { ...this.#labels, op }));
    counted.value += records;
    const carried = (this.#bytes[op] ??= this.#own(topicBytes, { ...this.#labels, op }));
    carried.value += bytes;
  }

  /** @param codec as batch headers say it; @param acks as the request says it */
  batches(batches: number, codec: number, acks: number): void {
    const key = codec * 4 + acks;
    let cell = this.#batches.get(key);
    if (cell === undefined) {
      const labels = {
        ...this.#labels,
        codec: codecs[codec] ?? "unknown",
        acks: acks === -1 ? "all" : String(acks),
      };
      this.#batches.set(key, (cell = this.#own(this.#families.topicBatches, labels)));
    }
    cell.value += batches;
  }

  produced(): void {
    this.#lastProduced ??= this.#own(this.#families.topicLastProduced, this.#labels);
    this.#lastProduced.value = Date.now() / 1_000;
  }

  error(op: Op, code: number): void {
    const error = kafkaErrorOf(code).name;
    const key = `${op} ${error}`;
    let cell = this.#errors.get(key);
    if (cell === undefined) {
      cell = this.#own(this.#families.topicErrors, { ...this.#labels, op, error });
      this.#errors.set(key, cell);
    }
    cell.value += 1;
  }

  #own<Name extends string>(
    family: CellCounter<Name> | CellGauge<Name>,
    labels: Readonly<Record<Name, string>>,
  ): Cell {
    return this.series.cell(family, labels, { topic: this.topic });
  }
}
