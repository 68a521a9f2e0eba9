import type { MemoryCluster } from "@pagoda/kafka/testing";
import { interval } from "rxjs";
import type { Subscription } from "rxjs";

/**
 * Moves the leader of one partition of a topic to the next broker, again and again: clients notice
 * (NOT_LEADER_OR_FOLLOWER), ask for metadata and go on, as after a broker that was restarted.
 * @param everyMs milliseconds between two moves
 */
export function moveLeaders(
  cluster: MemoryCluster,
  {
    topic,
    partition,
    everyMs,
  }: { readonly topic: string; readonly partition: number; readonly everyMs: number },
): Subscription {
  const brokers = cluster.brokers.length;
  return interval(everyMs).subscribe(() => {
    cluster.moveLeader(topic, partition, (cluster.leaderOf(topic, partition) % brokers) + 1);
  });
}
