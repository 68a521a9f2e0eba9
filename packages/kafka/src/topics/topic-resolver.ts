import { Context, milliseconds, OverloadedError, TimeoutError, whole } from "@pagoda/core";
import type { Service } from "@pagoda/core";

import { ask } from "../ask.ts";
import { KafkaApiError } from "../errors/error-answer.ts";
import { Metadata } from "../protocol/generated/metadata.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { isThere, learnTopics } from "./learn-topics.ts";
import type { TopicIds } from "./topic-ids.ts";

export interface TopicResolverOptions {
  /**
   * Ids that are being asked for at once. Beyond it `resolve` fails with OVERLOADED.
   * @default 1000
   */
  readonly maxPending?: number;
  /**
   * Milliseconds that the broker has to answer.
   * @default 10000 (10 seconds)
   */
  readonly timeoutMs?: number;
}

/**
 * Finds the names of topics that a request names by id, for layers that go by names. What is not known
 * yet is asked for, once: callers that want the same id share the request, and what is asked for in
 * one go is one request.
 *
 * One for each connection, as brokers answer each client what that client may know. Make it where the
 * layer is built, over the inner service:
 *
 * ```ts
 * layer("audit", (inner) => {
 *   const topics = new TopicResolver(ids, inner);
 *   return async (request, cx) => {
 *     if (request.is(Fetch) && request.apiVersion >= 13) {
 *       for (const { topicId } of request.body.topics) log(await topics.resolve(topicId, cx));
 *     }
 *     return inner.call(request, cx);
 *   };
 * });
 * ```
 */
export class TopicResolver {
  readonly #ids: TopicIds;
  readonly #service: Pick<Service<KafkaRequest, KafkaAnswer>, "call">;
  readonly #maxPending: number;
  readonly #timeoutMs: number;
  readonly #pending = new Map<string, PromiseWithResolvers<string>>();
  #next: string[] = [];

  constructor(
    ids: TopicIds,
    service: Pick<Service<KafkaRequest, KafkaAnswer>, "call">,
    options: TopicResolverOptions = {},
  ) {
    this.#ids = ids;
    this.#service = service;
    this.#maxPending = whole("maxPending", options.maxPending ?? 1_000, 1);
    this.#timeoutMs = milliseconds("timeoutMs", options.timeoutMs ?? 10_000);
  }

  /**
   * The name of a topic.
   * @throws KafkaApiError UNKNOWN_TOPIC_ID when the broker knows of none that the client may see,
   *   OverloadedError, TimeoutError, what the service fails with
   */
  resolve(id: string, cx: Context): Promise<string> {
    const known = this.#ids.nameOf(id);
    if (known !== undefined) return Promise.resolve(known);
    return cx.race((this.#pending.get(id) ?? this.#enqueue(id)).promise);
  }

  #enqueue(id: string): PromiseWithResolvers<string> {
    const pending = Promise.withResolvers<string>();
    if (this.#pending.size >= this.#maxPending) {
      pending.reject(new OverloadedError(`${this.#maxPending} topic ids are being asked for`));
      return pending;
    }
    // Whoever waits for it may have been cancelled by then.
    pending.promise.catch(() => {});
    this.#pending.set(id, pending);
    this.#next.push(id);
    if (this.#next.length === 1) queueMicrotask(() => void this.#ask());
    return pending;
  }

  /** Asks for those that have come together. */
  async #ask(): Promise<void> {
    const asked = this.#next;
    this.#next = [];
    // No caller's own: the others would be cancelled with it.
    const cx = Context.background().fork({ deadlineMs: performance.now() + this.#timeoutMs });
    const timer = setTimeout(() => cx.cancel(new TimeoutError(this.#timeoutMs)), this.#timeoutMs);
    try {
      const topics = asked.map((topicId) => ({ topicId, name: null }));
      const body = Metadata.request.of({ topics, allowAutoTopicCreation: false });
      const answer = await cx.race(ask(this.#service, Metadata, { version: firstById, body }, cx));
      learnTopics(this.#ids, answer.topics);
      const names = new Map(answer.topics.filter(isThere).map(({ topicId, name }) => [topicId, name]));
      for (const id of asked) this.#settle(id, names.get(id));
    } catch (error) {
      for (const id of asked) this.#take(id)?.reject(error);
    } finally {
      clearTimeout(timer);
      cx.release();
    }
  }

  #settle(id: string, name: string | null | undefined): void {
    const pending = this.#take(id);
    if (typeof name === "string") pending?.resolve(name);
    else pending?.reject(new KafkaApiError("UNKNOWN_TOPIC_ID", `no topic has the id ${id}`));
  }

  #take(id: string): PromiseWithResolvers<string> | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}

/** The first version of Metadata whose topics can be asked for by id; Fetch by id came with it. */
const firstById = 12;
