import { noResponse } from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import {
  BatchCursor,
  errorsOf,
  FindCoordinator,
  kafkaErrorOf,
  Produce,
  ProtocolError,
} from "@pagoda/kafka/protocol";
import type { Outcome, WatchedExchange } from "@pagoda/metrics";

import type { TapError, TapTopic } from "../view/tap-event.ts";
import { collectMentions, coordinatorGroups } from "./mentions.ts";
import type { TapConnection } from "./tap-connection.ts";
import { shortName } from "./text.ts";
import { codecName, maxListed, partitionView, placeOf, ToldTopics } from "./told.ts";
import type { ToldPartition } from "./told.ts";

const fetchKey = 1;
const shareFetchKey = 78;

/** Produce, Fetch and ShareFetch, whose partitions are told. */
export function isTold(apiKey: number): boolean {
  return apiKey === Produce.key || apiKey === fetchKey || apiKey === shareFetchKey;
}

/** What a watcher was told of an exchange before it ended. */
export interface Draft {
  readonly topics: ToldTopics;
  /** Every error, at whatever level; at most 100. */
  readonly codes: number[];
  acks: number | undefined;
}

/**
 * What an event says beyond the header: found out when somebody asks, once for all sessions. What
 * cannot be read is left out.
 */
export class ExchangeDetails {
  readonly #exchange: WatchedExchange;
  readonly #outcome: Outcome;
  readonly #draft: Draft | undefined;
  readonly #topics: ToldTopics;
  readonly #groups = new Set<string>();
  #acks: number | undefined;
  #read = false;
  #errors: readonly TapError[] | undefined;

  constructor(
    exchange: WatchedExchange,
    outcome: Outcome,
    draft: Draft | undefined,
    topicIds: TapConnection["topicIds"],
  ) {
    this.#exchange = exchange;
    this.#outcome = outcome;
    this.#draft = draft;
    this.#topics = draft?.topics ?? new ToldTopics(topicIds);
    this.#acks = draft?.acks;
  }

  /** Where partitions were told nothing is decoded for it. */
  get topicNames(): readonly string[] {
    const told = isTold(this.#exchange.request.apiKey) && this.#topics.topics.size > 0;
    return [...(told ? this.#topics : this.#all()).topics.keys()];
  }

  /** Groups that request or answer name; the request's come first. */
  get groups(): ReadonlySet<string> {
    this.#all();
    return this.#groups;
  }

  get acks(): number | undefined {
    this.#all();
    return this.#acks;
  }

  get topics(): readonly TapTopic[] {
    return [...this.#all().topics].map(([topic, partitions]) => ({
      topic: shortName(topic),
      partitions: [...partitions].map(([index, one]) => partitionView(index, one)),
    }));
  }

  /** Where a record of a Produce request was written: the offset of the partition's first. */
  offsetOf(topic: string, partition: number): number | undefined {
    const offset = this.#all().topics.get(topic)?.get(partition)?.offset ?? -1;
    return offset < 0 ? undefined : offset;
  }

  /** The name by which a topic that has a name or an id is told. */
  nameOf(name: string | undefined, id: string | undefined): string {
    return this.#topics.nameOf(name, id);
  }

  /** In the order of the answer, those of the whole answer first; at most 100. */
  get errors(): readonly TapError[] {
    this.#errors ??= isTold(this.#exchange.request.apiKey) ? this.#toldErrors() : this.#errorsInBody();
    return this.#errors;
  }

  #all(): ToldTopics {
    if (!this.#read) {
      this.#read = true;
      this.#readRequest();
      if (this.#topics.topics.size === 0 || this.#groups.size === 0) this.#readAnswer();
    }
    return this.#topics;
  }

  #readRequest(): void {
    const { request } = this.#exchange;
    if (!request.whole || request.api === null) return;
    const { api } = request;
    unlessUnreadable(() => {
      if (request.is(Produce)) this.#readProduce(request.body);
      else if (request.is(FindCoordinator)) {
        for (const group of coordinatorGroups(request.body)) this.#groups.add(group);
      } else {
        // What a Fetch asks for stands for what it got only where that says nothing.
        const told = this.#topics.topics.size > 0;
        const topics = told ? new ToldTopics(undefined) : this.#topics;
        if (request.apiKey !== fetchKey || !told) {
          collectMentions(api.request.schema, request.body, topics, this.#groups);
        }
      }
    });
  }

  /** Of what the broker refused no records were told, and of what it never answered nothing. */
  #readProduce(body: ProduceBody): void {
    this.#acks = body.acks;
    const refused = this.#topics.anyWithoutRecords();
    if (this.#topics.topics.size > 0 && !refused) return;
    for (const { name, topicId, partitionData } of body.topicData) {
      const topic = this.#topics.nameOf(name, topicId);
      for (const { index, records } of partitionData) {
        const one = this.#topics.partition(topic, index);
        if (one?.bytes === 0 && records !== null) countRecords(one, records);
      }
    }
  }

  #readAnswer(): void {
    const answer = readable(this.#outcome.answer);
    if (answer === undefined || isTold(answer.apiKey)) return;
    const { api } = answer;
    // Those of the request are what it is about.
    const topics = this.#topics.topics.size > 0 ? new ToldTopics(undefined) : this.#topics;
    const groups = this.#groups.size > 0 ? new Set<string>() : this.#groups;
    unlessUnreadable(() => collectMentions(api.response.schema, answer.body, topics, groups));
  }

  #toldErrors(): readonly TapError[] {
    const ofPartitions: { readonly code: number; readonly where: string }[] = [];
    for (const [topic, partitions] of this.#draft?.topics.topics ?? []) {
      for (const [index, { errorCode: code }] of partitions) {
        if (code !== 0) ofPartitions.push({ code, where: placeOf(topic, index) });
      }
    }
    const rest = [...(this.#draft?.codes ?? [])];
    for (const { code } of ofPartitions) {
      const at = rest.indexOf(code);
      if (at !== -1) rest.splice(at, 1);
    }
    return [...rest.map((code) => ({ code, where: null })), ...ofPartitions]
      .slice(0, maxListed)
      .map(nameError);
  }

  #errorsInBody(): readonly TapError[] {
    if (this.#outcome.classification === "success") return [];
    const answer = readable(this.#outcome.answer);
    let errors: readonly TapError[] = [];
    unlessUnreadable(() => {
      if (answer === undefined) return;
      errors = errorsOf(answer.body)
        .slice(0, maxListed)
        .map(({ code, topic, topicId, partition, groupId }) => {
          const name = this.#topics.nameOf(topic, topicId ?? undefined);
          const group = groupId === null ? null : shortName(groupId);
          return nameError({ code, where: name === "" ? group : placeOf(name, partition) });
        });
    });
    if (errors.length > 0) return errors;
    return (this.#draft?.codes ?? []).map((code) => nameError({ code, where: null }));
  }
}

function nameError({ code, where }: { readonly code: number; readonly where: string | null }): TapError {
  const { name, known } = kafkaErrorOf(code);
  return { error: known ? name : `${name}(${code})`, where };
}

type ReadableAnswer = Exclude<KafkaAnswer, typeof noResponse> & {
  readonly api: NonNullable<Exclude<KafkaAnswer, typeof noResponse>["api"]>;
};

/** An answer whose body can be asked for. */
export function readable(answer: KafkaAnswer | undefined): ReadableAnswer | undefined {
  if (answer === undefined || answer === noResponse || !answer.whole || answer.api === null) return undefined;
  return answer as ReadableAnswer;
}

interface ProduceBody {
  readonly acks: number;
  readonly topicData: readonly {
    readonly name: string;
    readonly topicId: string;
    readonly partitionData: readonly { readonly index: number; readonly records: Uint8Array | null }[];
  }[];
}

function countRecords(one: ToldPartition, bytes: Uint8Array): void {
  one.bytes = bytes.length;
  const cursor = new BatchCursor(bytes);
  while (cursor.next()) {
    one.records += Math.abs(cursor.recordCount);
    one.codec ??= codecName(cursor.compressionId);
  }
}

/** What a message that cannot be read has, is not shown: whoever forwards or counts it says so. */
export function unlessUnreadable(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}
