import { Context, messageOf } from "@pagoda/core";

import { errorResponse } from "../protocol/errors/error-response.ts";
import { Produce } from "../protocol/generated/produce.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import { decodeBatches } from "../protocol/records/decode-batches.ts";
import { offsetOf, timestampOf } from "../protocol/records/record-batch.ts";
import type { RecordHeader } from "../protocol/records/record-batch.ts";
import { clusterState } from "./cluster-state.ts";
import type { ClusterState } from "./cluster-state.ts";
import { codeOf } from "./handler.ts";
import type { ClientInfo } from "./handler.ts";
import type { ClusterModelOptions, TopicSpec } from "./options.ts";
import { servedApis } from "./served-apis.ts";
import { Faults } from "./state/faults.ts";
import type { Fault } from "./state/faults.ts";
import type { ClusterNode } from "./state/nodes.ts";
import type { Topic } from "./state/topics.ts";

/** A record in the log of an in-memory cluster. */
export interface StoredRecord {
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since 1970; -1 for none. */
  readonly timestamp: bigint;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

/**
 * A Kafka cluster that is all in memory and does no I/O: requests in, responses out.
 *
 * For demonstrations and tests. It keeps nothing, trusts everybody, and its brokers share one copy
 * of everything, which real ones have to agree on. There are no transactions, share groups, KIP-848
 * groups, quotas or ACLs. What it does not serve it does not advertise, and refuses.
 */
export class ClusterModel {
  readonly #state: ClusterState;
  readonly #faults = new Faults();

  /** @throws RangeError if an option makes no sense, or a topic cannot be. */
  constructor(options: ClusterModelOptions = {}) {
    this.#state = clusterState(options);
    for (const [name, spec] of Object.entries(options.topics ?? {})) this.createTopic(name, spec);
  }

  get clusterId(): string {
    return this.#state.clusterId;
  }

  get nodes(): readonly ClusterNode[] {
    return this.#state.nodes.all;
  }

  /**
   * Answers one request as broker `nodeId`: with the response's body, or null where the client wants
   * none (Produce with acks 0). An API or version that is not served is refused with
   * UNSUPPORTED_VERSION, a defect of ours with UNKNOWN_SERVER_ERROR; it does not reject.
   *
   * A Fetch waits for records and a JoinGroup for the others; cancelling `cx` ends the waiting.
   * @throws RangeError if there is no such broker.
   */
  async handle(
    nodeId: number,
    api: AnyApi,
    version: number,
    request: unknown,
    client: ClientInfo,
    cx: Context = Context.background(),
  ): Promise<unknown> {
    this.#state.nodes.get(nodeId);
    const served = servedApis.get(api.key);
    if (served === undefined || version < served.versions.min || version > served.versions.max) {
      return errorResponse(api, version, codeOf("UNSUPPORTED_VERSION"), request);
    }
    const fault = this.#faults.take(api.name, nodeId);
    await delay(fault?.delayMs, cx);
    if (fault?.error !== undefined) {
      const wantsNone = api.key === Produce.key && (request as { readonly acks: number }).acks === 0;
      return wantsNone ? null : errorResponse(api, version, codeOf(fault.error), request);
    }
    try {
      return await cx.race(served.handle({ cluster: this.#state, nodeId, version, request, client, cx }));
    } catch (error) {
      cx.throwIfCancelled();
      const told = { code: codeOf("UNKNOWN_SERVER_ERROR"), message: messageOf(error) };
      return errorResponse(api, version, told, request);
    }
  }

  /** Makes a topic. @throws RangeError if it cannot be. */
  createTopic(name: string, spec: TopicSpec = {}): { readonly id: string } {
    const { settings, topics, nodes } = this.#state;
    const copies = Math.min(settings.defaultReplicationFactor, nodes.all.length);
    const made = topics.create({
      name,
      partitions: spec.partitions ?? settings.defaultPartitions,
      replicationFactor: spec.replicationFactor ?? copies,
      configs: new Map(Object.entries(spec.configs ?? {})),
    });
    if (typeof made === "string") throw new RangeError(`topic ${name} cannot be made: ${made}`);
    return { id: made.id };
  }

  /** Deletes a topic; one of the same name made later has another id. @throws RangeError if there is none. */
  deleteTopic(name: string): void {
    const topic = this.#topic(name);
    this.#state.topics.delete(topic);
    this.#state.groups.forgetTopic(topic.id);
  }

  /** Everything in a topic, partition by partition. @throws RangeError if there is no such topic. */
  records(topic: string): StoredRecord[] {
    return this.#topic(topic).partitions.flatMap(({ index: partition, log }) => {
      const batches = decodeBatches(log.read(log.startOffset, Infinity, true));
      return [...batches].flatMap((batch) =>
        batch.records.map((record) => ({
          partition,
          offset: offsetOf(batch, record),
          timestamp: timestampOf(batch, record),
          key: record.key,
          value: record.value,
          headers: record.headers,
        })),
      );
    });
  }

  /** The broker that leads a partition; -1 if none does. @throws RangeError if there is no such partition. */
  leaderOf(topic: string, partition: number): number {
    return this.#partition(topic, partition).leaderId;
  }

  /**
   * Makes another broker the leader of a partition. From now on the old one answers
   * NOT_LEADER_OR_FOLLOWER, and says who is (KIP-951).
   * @throws RangeError if there is no such partition, or the broker is not up or holds no copy.
   */
  moveLeader(topic: string, partition: number, nodeId: number): void {
    const found = this.#partition(topic, partition);
    if (!this.#state.nodes.get(nodeId).up) throw new RangeError(`broker ${nodeId} is stopped`);
    if (!found.replicas.includes(nodeId)) {
      throw new RangeError(
        `broker ${nodeId} holds no copy of ${topic}-${partition}: ${found.replicas.join(", ")} do`,
      );
    }
    found.lead(nodeId);
  }

  /** Refuses requests to come, or lets them wait; the function returned takes it back. @throws RangeError if `times` makes no sense. */
  fail(fault: Fault): () => void {
    return this.#faults.add(fault);
  }

  /** The broker that coordinates a group, undefined if none is up. */
  coordinatorOf(groupId: string): number | undefined {
    return this.#state.nodes.coordinatorOf(groupId)?.id;
  }

  /** Says where clients are to find a broker. @throws RangeError if there is no such broker. */
  place(nodeId: number, address: { readonly host: string; readonly port: number }): void {
    this.#state.nodes.set(nodeId, address);
  }

  /**
   * Says whether a broker is up. What a stopped one led and coordinated goes to the others. When it
   * is up again its groups come back to it; partitions stay where they are, unless nobody led them.
   * @throws RangeError if there is no such broker.
   */
  setUp(nodeId: number, up: boolean): void {
    this.#state.nodes.set(nodeId, { up });
    this.#state.topics.electLeaders();
  }

  /** Ends all waiting for members, and every timer of groups. */
  close(): void {
    this.#state.groups.close();
  }

  #topic(name: string): Topic {
    const topic = this.#state.topics.get(name);
    if (topic === undefined) throw new RangeError(`no topic ${name}`);
    return topic;
  }

  #partition(topic: string, index: number): Topic["partitions"][number] {
    const partition = this.#topic(topic).partitions[index];
    if (partition === undefined) throw new RangeError(`topic ${topic} has no partition ${index}`);
    return partition;
  }
}

async function delay(delayMs: number | undefined, cx: Context): Promise<void> {
  if (delayMs === undefined || delayMs === 0) return;
  const over = Promise.withResolvers<void>();
  const timer = delayMs === Infinity ? undefined : setTimeout(over.resolve, delayMs);
  try {
    await cx.race(over.promise);
  } finally {
    clearTimeout(timer);
  }
}
