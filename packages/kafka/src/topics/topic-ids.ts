import { whole } from "@pagoda/core";

import { zeroUuid } from "../protocol/wire/text.ts";

export interface TopicIdsOptions {
  /**
   * Topics kept in mind. Beyond it the one that was not asked for or told of for longest goes.
   * @default 10000
   */
  readonly maxTopics?: number;
}

/**
 * Which topic has which id (KIP-516): newer requests name topics by ids alone, and layers go by names.
 * And how many partitions topics have, which older responses tell as well.
 * One for each upstream cluster, shared by its connections; `watchTopicIds` feeds it.
 *
 * An id never gets another name. A topic that is deleted and made again has a new one.
 */
export class TopicIds {
  readonly #maxTopics: number;
  // The one used last is last.
  readonly #names = new Map<string, string>();
  readonly #ids = new Map<string, string>();
  // By name; the one told last is last.
  readonly #partitions = new Map<string, number>();

  constructor(options: TopicIdsOptions = {}) {
    this.#maxTopics = whole("maxTopics", options.maxTopics ?? 10_000, 1);
  }

  get size(): number {
    return this.#names.size;
  }

  /** The name of a topic, if it is known. */
  nameOf(id: string): string | undefined {
    const name = this.#names.get(id);
    if (name !== undefined) this.#touch(id, name);
    return name;
  }

  /** The id of a topic, if it is known. */
  idOf(name: string): string | undefined {
    const id = this.#ids.get(name);
    if (id !== undefined) this.#touch(id, name);
    return id;
  }

  /** A topic has this id now. Of a topic without a name, or without an id, nothing is learnt. */
  learn(id: string, name: string | null): void {
    if (id === zeroUuid || name === null || name === "") return;
    const former = this.#ids.get(name);
    if (former !== id) {
      if (former !== undefined) this.forget(former);
      this.forget(id);
      this.#ids.set(name, id);
    }
    this.#touch(id, name);
    if (this.#names.size > this.#maxTopics) this.#forgetOldest();
  }

  /** How many partitions a topic was last said to have; undefined where nobody said it. */
  partitionsOf(name: string): number | undefined {
    return this.#partitions.get(name);
  }

  /** A topic has so many partitions now. */
  learnPartitions(name: string, partitions: number): void {
    this.#partitions.delete(name);
    this.#partitions.set(name, partitions);
    if (this.#partitions.size <= this.#maxTopics) return;
    const [oldest] = this.#partitions.keys();
    if (oldest !== undefined) this.#partitions.delete(oldest);
  }

  /** There is no topic with this id any more, or nobody knows. */
  forget(id: string): void {
    const name = this.#names.get(id);
    if (name === undefined) return;
    this.#names.delete(id);
    this.#ids.delete(name);
    this.#partitions.delete(name);
  }

  /** There is no topic of this name any more. */
  forgetName(name: string): void {
    this.#partitions.delete(name);
    const id = this.#ids.get(name);
    if (id !== undefined) this.forget(id);
  }

  #touch(id: string, name: string): void {
    this.#names.delete(id);
    this.#names.set(id, name);
  }

  #forgetOldest(): void {
    const [oldest] = this.#names.keys();
    if (oldest !== undefined) this.forget(oldest);
  }
}
